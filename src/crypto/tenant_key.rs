//! A tenant's key: wraps the data keys of the tenant's contacts, and seals what is the tenant's and no one contact's.

use zeroize::Zeroizing;

use super::{Cipher, CryptoError, DataKey, Place, SecretKey, random};

/// Comes from [`super::KeyRing`] and knows its tenant, so that a wrapped key opens for that tenant only.
#[derive(Debug)]
pub struct TenantKey {
    tenant: i64,
    cipher: Cipher,
}

impl TenantKey {
    pub(super) fn new(tenant: i64, key: &SecretKey) -> Self {
        Self { tenant, cipher: Cipher::new(key) }
    }

    /// A fresh data key for a contact, with its wrapped form to store.
    pub fn generate_data_key(&self, contact: &[u8]) -> (DataKey, Vec<u8>) {
        let key = random::secret_key();
        (DataKey::new(&key), self.wrap(contact, &key))
    }

    /// The stored form of a contact's data key.
    pub fn wrap(&self, contact: &[u8], key: &SecretKey) -> Vec<u8> {
        self.place(contact).encoded(|additional| self.cipher.seal(additional, key.expose()))
    }

    /// Opens a stored data key. `contact` must be the contact it was wrapped for.
    pub fn unwrap(&self, contact: &[u8], wrapped: &[u8]) -> Result<DataKey, CryptoError> {
        let opened = self.place(contact).encoded(|additional| self.cipher.open(additional, wrapped))?;
        Ok(DataKey::new(&read_key(opened)?))
    }

    /// Seals what belongs to the tenant as a whole: an account's credential, the address of a contact.
    pub fn seal(&self, table: &'static str, row: &[u8], plaintext: &[u8]) -> Vec<u8> {
        Place { tenant: self.tenant, table, row }.encoded(|additional| self.cipher.seal(additional, plaintext))
    }

    /// Opens what [`TenantKey::seal`] sealed for the same table and row.
    pub fn open(&self, table: &'static str, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Place { tenant: self.tenant, table, row }.encoded(|additional| self.cipher.open(additional, sealed))
    }

    fn place<'a>(&self, contact: &'a [u8]) -> Place<'a> {
        Place { tenant: self.tenant, table: "key of a contact", row: contact }
    }
}

/// Takes opened bytes as a key and wipes them.
pub(super) fn read_key(opened: Vec<u8>) -> Result<SecretKey, CryptoError> {
    let opened = Zeroizing::new(opened);
    opened.as_slice().try_into().map(SecretKey::new).map_err(|_| CryptoError::DoesNotOpen)
}
