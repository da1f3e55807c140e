//! The arguments. They know no command; each command takes its own.

pub use self::adapter::{AdapterArgs, AdapterCommand, CheckAdapterArgs, Language, NewArgs};
pub use self::agent::{AgentArgs, AgentName, ReportArgs};
pub use self::baseline::{BaselineArgs, BaselineCommand, CheckArgs};
pub use self::cli::{Cli, Command};
pub use self::explain::{Credentials, EngineName, ExplainArgs};
pub use self::fuzz::{FuzzArgs, HuntArgs};
pub use self::list::{CaseKind, ListArgs, ServeArgs};
pub use self::output::OutputArgs;
pub use self::probe::ProbeArgs;
pub use self::requests::RequestArgs;
pub use self::run::RunArgs;
pub use self::selection::{BaselineFile, Selection};
pub use self::self_test::SelfTestArgs;
pub use self::target::TargetArgs;
pub use self::transport::TransportArgs;
pub use self::values::{Color, FailOn, Method, Report};

mod adapter;
mod agent;
mod baseline;
mod cli;
mod explain;
mod fuzz;
mod list;
pub(crate) mod mistaken;
mod output;
mod probe;
mod requests;
mod run;
mod selection;
mod self_test;
mod target;
mod transport;
mod values;
