
mod salon;
