mod crowd;
mod drawn;
mod house;
mod oracle;
mod policy;
