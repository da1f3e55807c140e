//! What this machine has no more of, which is nobody's fault but ours.

use std::io;

use rustix::io::Errno;

/// What an error says that this machine has no more of, in words: file descriptors, ports, memory.
/// `None` for any other error.
pub fn what_ran_out(error: &io::Error) -> Option<&'static str> {
    let number = Errno::from_io_error(error)?;
    if number == Errno::MFILE || number == Errno::NFILE {
        Some("file descriptors")
    } else if number == Errno::NOMEM || number == Errno::NOBUFS {
        Some("memory")
    } else if number == Errno::ADDRNOTAVAIL {
        Some("ports")
    } else if number == Errno::AGAIN {
        Some("processes")
    } else {
        None
    }
}

/// Whether another file descriptor can be had. Libraries that resolve names do not say why they fail.
#[cfg(feature = "client")]
pub(crate) fn has_descriptors() -> bool {
    let opened = std::fs::File::open("/");
    !opened.is_err_and(|error| what_ran_out(&error) == Some("file descriptors"))
}

#[cfg(test)]
mod tests {
    use std::io;

    use rustix::io::Errno;

    use super::what_ran_out;

    #[test]
    fn what_is_ours_is_named_and_nothing_else() {
        let said = |number: Errno| what_ran_out(&io::Error::from(number));
        assert_eq!(said(Errno::MFILE), Some("file descriptors"));
        assert_eq!(said(Errno::NFILE), Some("file descriptors"));
        assert_eq!(said(Errno::NOMEM), Some("memory"));
        assert_eq!(said(Errno::NOBUFS), Some("memory"));
        assert_eq!(said(Errno::ADDRNOTAVAIL), Some("ports"));
        for other in [
            Errno::CONNREFUSED,
            Errno::CONNRESET,
            Errno::NETUNREACH,
            Errno::ACCESS,
        ] {
            assert_eq!(said(other), None, "{other:?}");
        }
        assert_eq!(what_ran_out(&io::Error::other("words")), None);
    }
}
