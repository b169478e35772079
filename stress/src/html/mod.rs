//! A report as one HTML file, which whoever is sent it understands without us.
//!
//! It fetches nothing, so it can be read from a folder, an email, or years later; without JavaScript all but the moving map
//! is there. Beside each plot there is a table with its numbers. What people typed is text and never markup.
//!
//! | file | what it is |
//! |---|---|
//! | `page`, `page.css`, `page.js` | the frame that all reports share; the moving map |
//! | `plot`, `axis` | lines, areas and bars as SVG |
//! | `simulated` | the report of a simulated on-sale |
//! | `loaded` | the report of a run under load |
//! | `promises` | promises, and deliberate faults |
//! | `rivals` | what criterion has measured of other designs |
//! | `machine` | what it ran on |

mod axis;
mod loaded;
mod machine;
mod page;
mod plot;
mod promises;
mod rivals;
mod simulated;

pub use loaded::page as loaded;
pub use simulated::page as simulated;
