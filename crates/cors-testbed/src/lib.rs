//! The reference server and the faulty servers, in process and on a socket
