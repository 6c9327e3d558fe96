//! What an engine says to Postgres, as far as the proxy must understand it: which connection is a lane's, and where a commit goes up.

/// The longest beginning of a message that is looked at: who connects, a statement's name, the first words of its text.
const LOOKED_AT: usize = 1024;
/// What a client asks before its startup message: whether the server speaks TLS.
const SSL_REQUEST: i32 = 80_877_103;

/// What was seen in a piece of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The arguments of a commit begin.
    Commit,
    /// Everything the server needs to answer has gone up.
    Asked,
}

/// The upward stream of one connection.
#[derive(Debug, Default)]
pub struct Frames {
    /// The startup message, which alone has no letter before its length, is over.
    begun: bool,
    /// The beginning of the present message.
    head: Vec<u8>,
    /// How much of it is still to come; `None` until its length is known.
    left: Option<usize>,
    is_lane: bool,
    /// The name under which this connection prepared the commit.
    commit: Option<Vec<u8>>,
}

impl Frames {
    /// Takes the next bytes; tells what they contain, in order.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Seen> {
        let mut seen = Vec::new();
        while !bytes.is_empty() {
            let wanted = self.left.unwrap_or_else(|| self.head_size() - self.head.len());
            let (now, rest) = bytes.split_at(wanted.min(bytes.len()));
            bytes = rest;
            let room = (self.head_size() + LOOKED_AT).saturating_sub(self.head.len());
            self.head.extend_from_slice(&now[..room.min(now.len())]);
            self.left = match self.left {
                Some(left) => Some(left - now.len()),
                None if self.head.len() == self.head_size() => Some(self.body_size()),
                None => None,
            };
            if self.left == Some(0) {
                self.left = None;
                seen.extend(self.end());
            }
        }
        seen
    }

    fn head_size(&self) -> usize {
        if self.begun { 5 } else { 4 }
    }

    fn body_size(&self) -> usize {
        let length: [u8; 4] = self.head[self.head_size() - 4..].try_into().unwrap();
        usize::try_from(i32::from_be_bytes(length)).unwrap() - 4
    }

    fn end(&mut self) -> Option<Seen> {
        let head = std::mem::take(&mut self.head);
        if !self.begun {
            let code = i32::from_be_bytes(head.get(4..8)?.try_into().unwrap());
            self.begun = code != SSL_REQUEST;
            self.is_lane = contains(&head, b"ganira lane");
            return None;
        }
        let mut words = head[5..].split(|byte| *byte == 0);
        match head[0] {
            b'P' => {
                let name = words.next()?.to_vec();
                if self.is_lane && contains(&head, b"commit_batch") {
                    self.commit = Some(name);
                }
                None
            }
            b'B' => {
                let statement = words.nth(1)?;
                (self.commit.as_deref() == Some(statement)).then_some(Seen::Commit)
            }
            b'S' => Some(Seen::Asked),
            _ => None,
        }
    }
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[test]
fn a_commit_is_seen_on_a_lane_however_its_bytes_are_cut() {
    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![kind];
        message.extend(i32::try_from(body.len() + 4).unwrap().to_be_bytes());
        message.extend(body);
        message
    }
    for (name, expected) in
        [("ganira lane", vec![Seen::Asked, Seen::Commit, Seen::Asked]), ("other", vec![Seen::Asked; 2])]
    {
        let startup = [&196_608_i32.to_be_bytes(), b"application_name\0".as_slice(), name.as_bytes(), b"\0\0"].concat();
        let mut stream = [&8_i32.to_be_bytes()[..], &SSL_REQUEST.to_be_bytes()].concat();
        stream.extend(&message(0, &startup)[1..]);
        stream.extend(message(b'P', b"s_1\0SELECT commit_batch($1)\0\0\0"));
        stream.extend(message(b'S', b""));
        stream.extend(message(b'B', &[b"\0s_1\0".as_slice(), &[7; 5000]].concat()));
        stream.extend(message(b'E', b"\0\0\0\0\0"));
        stream.extend(message(b'S', b""));
        for size in [1, 3, 7, 1000, stream.len()] {
            let mut frames = Frames::default();
            let seen: Vec<Seen> = stream.chunks(size).flat_map(|chunk| frames.feed(chunk)).collect();
            assert_eq!(seen, expected, "{name} in pieces of {size}");
        }
    }
}
