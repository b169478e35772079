//! Has something go wrong, and puts it right again.

use std::mem;

use tokio::runtime::Handle;

use super::{
    ensemble::{Ensemble, MEMBERS},
    fault::{Fault, Stroke},
    house::{House, own_program},
    sabotage::{CLOCK_OFF, Guise},
    verdict::{Broken, Promise},
    wire::Mode,
};
use crate::process::End;

/// Bytes that pass in a second on a slow wire.
const SLOW_BYTES: u32 = 512 << 10;

impl House {
    /// Has it go wrong; what concerns one node strikes the one of this number.
    pub(super) fn strike(&mut self, stroke: &Stroke, node: usize) -> Result<(), Broken> {
        let cut = if stroke.variant {
            Mode::Reset
        } else {
            Mode::Cut
        };
        let slow = Mode::Slow {
            delay: stroke.delay,
            bytes_a_second: SLOW_BYTES,
        };
        match stroke.fault {
            Fault::KillNode => self.nodes[node].end(End::Kill).map(drop),
            Fault::StopNode => self.nodes[node].pause(),
            Fault::DrainNode => self.nodes[node].end(End::Stop).map(drop),
            Fault::Clock => self.restart_with_clock_off(node, stroke.variant),
            Fault::CutEtcd => self.set_to_members(node, cut),
            Fault::SlowEtcd => self.set_to_members(node, slow),
            Fault::CutNodes => self.set_to_node(node, cut),
            Fault::SlowNodes => self.set_to_node(node, slow),
            Fault::KillMember => self.kill_members(stroke, 1),
            Fault::KillQuorum => self.kill_members(stroke, 2),
            Fault::FullEtcd => self.with_etcd(|etcd, runtime| etcd.fill(runtime)),
        }
    }

    /// Puts it right.
    pub(super) fn heal(&mut self, stroke: &Stroke, node: usize) -> Result<(), Broken> {
        match stroke.fault {
            Fault::KillNode | Fault::DrainNode => self.nodes[node].start(),
            Fault::StopNode => self.nodes[node].go_on(),
            Fault::Clock => {
                self.nodes[node].end(End::Stop)?;
                self.nodes[node].start()
            }
            Fault::CutEtcd | Fault::SlowEtcd => self.set_to_members(node, Mode::Pass),
            Fault::CutNodes | Fault::SlowNodes => self.set_to_node(node, Mode::Pass),
            Fault::KillMember | Fault::KillQuorum => {
                let dead = mem::take(&mut self.dead_members);
                self.with_etcd(|etcd, _| {
                    let mut dead = dead.into_iter();
                    dead.try_for_each(|member| etcd.start_again(member))?;
                    etcd.wait()
                })
            }
            Fault::FullEtcd => self.with_etcd(|etcd, runtime| etcd.make_room(runtime)),
        }
    }

    /// It hands over, as on any other day, and comes back.
    fn restart_with_clock_off(&mut self, node: usize, is_ahead: bool) -> Result<(), Broken> {
        let node = &mut self.nodes[node];
        node.end(End::Stop)?;
        let program = own_program().map_err(|error| node.broken(&error))?;
        let seconds = if is_ahead { CLOCK_OFF } else { -CLOCK_OFF };
        node.start_as(&program, &Guise::ClockAhead(seconds).role())
    }

    fn set_to_members(&self, node: usize, mode: Mode) -> Result<(), Broken> {
        self.to_members[node].iter().for_each(|wire| wire.set(mode));
        Ok(())
    }

    fn set_to_node(&self, node: usize, mode: Mode) -> Result<(), Broken> {
        self.to_nodes[node].set(mode);
        Ok(())
    }

    /// Kills the leader, if it is to be it, and whoever comes next.
    fn kill_members(&mut self, stroke: &Stroke, count: usize) -> Result<(), Broken> {
        let first = self.leader().filter(|_| stroke.variant);
        let first = first.unwrap_or(stroke.lot as usize % MEMBERS);
        let dead: Vec<usize> = (0..count).map(|nth| (first + nth) % MEMBERS).collect();
        self.dead_members.extend(&dead);
        self.with_etcd(|etcd, _| {
            dead.into_iter().for_each(|member| etcd.kill(member));
            Ok(())
        })
    }

    fn leader(&self) -> Option<usize> {
        self.etcd.as_ref()?.leader(self.runtime())
    }

    fn with_etcd(
        &mut self,
        act: impl FnOnce(&mut Ensemble, &Handle) -> Result<(), String>,
    ) -> Result<(), Broken> {
        let runtime = self.runtime().clone();
        let Some(etcd) = &mut self.etcd else {
            return Err(Broken::new(Promise::GoesOn, "there is no etcd here"));
        };
        act(etcd, &runtime).map_err(|error| Broken::new(Promise::GoesOn, error))
    }
}
