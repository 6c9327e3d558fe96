

mod flows;
