mod crowd;
mod drawn;
mod oracle;
mod policy;
