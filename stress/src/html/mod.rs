//! A report as one HTML file, which whoever is sent it understands without us.
//!
//! It fetches nothing, so it can be read from a folder, an email, or years later; without JavaScript all but the moving maps
//! is there. Beside each plot there is a table with its numbers. What people typed is text and never markup.
//!
//! | file | what it is |
//! |---|---|
//! | `page`, `page.css`, `page.js` | the frame that all reports share; the moving maps |
//! | `element` | paragraphs, figures, tables |
//! | `plot`, `axis`, `below`, `bars` | lines and areas as SVG; bars and dots |
//! | `full` | the report of everything |
//! | `loaded` | the report of a run under load |
//! | `simulated`, `costs` | the report of a simulated on-sale; what holds cost in it |
//! | `fleet` | the report of many nodes on etcd |
//! | `crashed` | a server that was killed again and again |
//! | `contention` | how unequally seats were wanted |
//! | `promises` | promises, and deliberate faults |
//! | `rivals` | what criterion has measured of other designs |
//! | `machine` | what it ran on |

mod axis;
mod bars;
mod below;
mod contention;
mod costs;
mod crashed;
mod element;
mod fleet;
mod full;
mod loaded;
mod machine;
mod page;
mod plot;
mod promises;
mod rivals;
mod simulated;

// README's tables are made from the same files, in the same order.
#[path = "../../../benches/table/results.rs"]
mod criterion;
#[path = "../../../benches/table/questions.rs"]
mod questions;

pub(crate) use axis::grouped;
pub use fleet::page as fleet;
pub use full::page as full;
pub use loaded::page as loaded;
pub use simulated::page as simulated;
