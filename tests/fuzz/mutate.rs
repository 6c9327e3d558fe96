//! Makes new inputs out of those that are there.

/// Letters that readers trip over: marks, wide ones, right-to-left, joined pictures, digits of other scripts, what is not seen.
const LETTERS: [&str; 24] = [
    "é",
    "ẞ",
    "ﬁ",
    "İ",
    "ı",
    "ǅ",
    "\u{301}",
    "\u{200d}",
    "\u{202e}",
    "\u{feff}",
    "\u{0}",
    "\u{a0}",
    "٣",
    "९",
    "²",
    "½",
    "㎏",
    "👩‍👩‍👧‍👦",
    "🇷🇼",
    "€",
    "|",
    "\r\n",
    "\t",
    "\u{10ffff}",
];
/// Numbers at the edges of what fits.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "24",
    "31",
    "60",
    "99",
    "127",
    "256",
    "999",
    "65536",
    "1000000000",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
];
/// Changes of one input.
const CHANGES_MAX: u64 = 6;

pub struct Mutator {
    random: Random,
    words: &'static [&'static str],
}

impl Mutator {
    pub fn new(seed: u64, words: &'static [&'static str]) -> Self {
        Self { random: Random(seed), words }
    }

    /// A changed copy of one of the pool, sometimes something out of nothing.
    pub fn next(&mut self, pool: &[Vec<u8>], bytes_max: usize) -> Vec<u8> {
        let mut input = match self.random.below(64) {
            0 => (0..self.random.below(200)).map(|_| self.random.next() as u8).collect(),
            1 => self.letters(60).into_bytes(),
            _ => self.one_of(pool).clone(),
        };
        for _ in 0..=self.random.below(CHANGES_MAX) {
            self.change(&mut input, pool);
        }
        input.truncate(bytes_max);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, pool: &[Vec<u8>]) {
        let (from, until) = self.range(input.len());
        match self.random.below(14) {
            0 if from < input.len() => input[from] ^= 1 << self.random.below(8),
            1 if from < input.len() => input[from] = self.random.next() as u8,
            2 => drop(input.drain(from..until)),
            3 => {
                let again = input[from..until].to_vec();
                insert(input, until, &again);
            }
            4 | 5 if !self.words.is_empty() => {
                let word = *self.one_of(self.words);
                insert(input, from, word.as_bytes());
            }
            6 => {
                let letter = *self.one_of(&LETTERS);
                insert(input, from, letter.as_bytes());
            }
            7 => self.number(input, from),
            8 | 9 => {
                let other = self.one_of(pool).clone();
                let (first, last) = self.range(other.len());
                input.splice(from..until, other[first..last].iter().copied());
            }
            10 => self.lines(input),
            11 => {
                let word = *self.one_of(if self.words.is_empty() { &LETTERS } else { self.words });
                input.splice(from..until, word.bytes());
            }
            12 => input.truncate(until),
            _ => insert(input, from, &[self.random.next() as u8]),
        }
    }

    /// Another number in place of the next one.
    fn number(&mut self, input: &mut Vec<u8>, from: usize) {
        let number = *self.one_of(&NUMBERS);
        let Some(at) = input[from..].iter().position(u8::is_ascii_digit).map(|at| at + from) else { return };
        let digits = input[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        input.splice(at..at + digits, number.bytes());
    }

    /// A line twice, gone, or at another place.
    fn lines(&mut self, input: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if lines.is_empty() {
            return;
        }
        let at = self.random.below(lines.len() as u64) as usize;
        let to = self.random.below(lines.len() as u64) as usize;
        match self.random.below(3) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(to, lines[at].clone()),
            _ => lines.swap(at, to),
        }
        *input = lines.concat();
    }

    fn letters(&mut self, most: u64) -> String {
        (0..self.random.below(most)).filter_map(|_| char::from_u32(self.random.below(0x11_0000) as u32)).collect()
    }

    /// A part, mostly a short one.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.random.below(length as u64 + 1) as usize;
        let most = if self.random.below(4) == 0 { length - from } else { (length - from).min(12) };
        (from, from + self.random.below(most as u64 + 1) as usize)
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.random.below(all.len() as u64) as usize]
    }
}

fn insert(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    input.splice(at..at, bytes.iter().copied());
}

/// SplitMix64.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 where there is nothing to choose from.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.next() % limit }
    }
}
