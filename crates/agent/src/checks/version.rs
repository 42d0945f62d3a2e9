use std::cmp::Ordering;

/// Which of two Debian versions is the later.
///
/// Source: deb-version(7): epoch, then upstream version and revision, each compared in runs of non-digits (`~` before
/// everything, letters before other signs) and digits.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (split(a), split(b));
    a.0.cmp(&b.0).then_with(|| part(a.1, b.1)).then_with(|| part(a.2, b.2))
}

fn split(version: &str) -> (u64, &str, &str) {
    let version = version.trim();
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) => (epoch.parse().unwrap_or(0), rest),
        None => (0, version),
    };
    match rest.rsplit_once('-') {
        Some((upstream, revision)) => (epoch, upstream, revision),
        None => (epoch, rest, ""),
    }
}

fn part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (x, y) = (weight(a.first()), weight(b.first()));
            if x == 0 && y == 0 {
                break;
            }
            if x != y {
                return x.cmp(&y);
            }
            (a, b) = (&a[1..], &b[1..]);
        }
        let (x, y) = (digits(&mut a), digits(&mut b));
        let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// A digit and the end weigh nothing, `~` less than nothing, other signs more than letters.
fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        None => 0,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(b'~') => -1,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    }
}

/// Takes a run of digits off the front, without leading zeros.
fn digits<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    let zeros = run.iter().position(|byte| *byte != b'0').unwrap_or(run.len());
    &run[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them() {
        let ascending = [
            ["1.0~rc1-1", "1.0-1"],
            ["1.0-1", "1.0-1+deb12u1"],
            ["1.0-1+deb12u1", "1.0-1+deb12u2"],
            ["1.0-1+deb12u9", "1.0-1+deb12u10"],
            ["1.9", "1.10"],
            ["9.9", "1:0.1"],
            ["1.0", "1.0a"],
            ["1.0a", "1.0+b"],
            ["2.36-9+deb12u8", "2.36-9+deb12u10"],
            ["1.0", "1.0-1"],
            ["3.0.11-1~deb12u2", "3.0.11-1"],
        ];
        for [a, b] in ascending {
            assert_eq!((compare(a, b), compare(b, a)), (Ordering::Less, Ordering::Greater), "{a} {b}");
        }
        for [a, b] in [["1.0", "1.00"], ["0:1.0-1", "1.0-1"], ["", ""], ["1.0-0", "1.0-00"]] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_two_texts_have_an_order(a in ".{0,20}", b in "[0-9a-z~+.:-]{0,20}") {
            assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        }
    }
}
