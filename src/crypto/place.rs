//! Where sealed bytes live: the additional data that binds them to one tenant, table and row.

/// A row of a table of a tenant. Bytes sealed for one place open at no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The tenant's id; 0 for bytes that belong to nobody.
    pub tenant: i64,
    /// The table's name, and the column's where a row has two sealed ones (`"journal.raw"`).
    pub table: &'static str,
    /// The row's key in bytes.
    pub row: &'a [u8],
}

/// Places up to this length are encoded on the stack; keys of our tables all are.
const STACK_BYTES: usize = 160;

impl Place<'_> {
    /// Hands the unambiguous encoding to `then`: tenant (8 bytes), length of the table's name (4), the name, the row.
    pub(super) fn encoded<T>(&self, then: impl FnOnce(&[u8]) -> T) -> T {
        let table = self.table.as_bytes();
        let parts: [&[u8]; 4] = [&self.tenant.to_be_bytes(), &(table.len() as u32).to_be_bytes(), table, self.row];
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > STACK_BYTES {
            return then(&parts.concat());
        }
        let mut buffer = [0; STACK_BYTES];
        let mut filled = 0;
        for part in parts {
            buffer[filled..filled + part.len()].copy_from_slice(part);
            filled += part.len();
        }
        then(&buffer[..filled])
    }
}
