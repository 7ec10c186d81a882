# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Slurm of two nodes on this machine, with its own munged, ports and folder."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from tap import Skip, check

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmctldPort={ports[0]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MessageTimeout=60
KillWait=5
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "sinfo", "squeue")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def missing():
    """Why there can be no Slurm here; None: there can."""
    lacking = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]
    if lacking:
        return f"Slurm is not installed (no {', '.join(lacking)})"
    return None if os.geteuid() == 0 else "starting Slurm takes root"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def wait_until(what, condition, seconds=60, log=lambda: "", pause=0.1):
    deadline = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < deadline, f"after {seconds} s still not: {what}", log())
        time.sleep(pause)


class Slurm:
    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="pygcsim-slurm-")
        self.folder = self.temporary.name
        os.chmod(self.folder, 0o755)  # munged distrusts others
        self.environment = {**os.environ, "PATH": PATH, "SLURM_CONF": self.path("slurm.conf")}
        self.daemons = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self):
        for folder in ("state", "spool-n1", "spool-n2"):
            os.mkdir(self.path(folder))
        with open(self.path("munge.key"), "wb") as file:
            os.chmod(file.fileno(), 0o600)
            file.write(os.urandom(1024))
        with open(self.path("slurm.conf"), "w") as file:
            file.write(CONFIGURATION.format(host=socket.gethostname().split(".")[0], folder=self.folder,
                                            ports=free_ports(3)))
        munge = [f"--{what}-file={self.path('munged.' + what)}" for what in ("pid", "log", "seed")]
        self.daemon("munged", "--foreground", "--force", f"--key-file={self.path('munge.key')}",
                    f"--socket={self.path('munge.socket')}", *munge)
        wait_until("munged answers", lambda: os.path.exists(self.path("munge.socket")), log=self.logs)
        self.daemon("slurmctld", "-D")
        self.daemon("slurmd", "-D", "-N", "n1")
        self.daemon("slurmd", "-D", "-N", "n2")
        wait_until("two nodes are idle", lambda: self.ask(
            "sinfo", "--noheader", "--Node", "--format=%t").split() == ["idle"] * 2, log=self.logs)

    def daemon(self, *words):
        with open(self.path(f"daemon-{len(self.daemons)}.log"), "wb") as log:
            self.daemons.append(subprocess.Popen(
                words, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def stop(self):
        if self.daemons:
            self.ask("scancel", "--user=root")
            deadline = time.monotonic() + 20
            while self.ask("squeue", "--noheader") and time.monotonic() < deadline:
                time.sleep(0.1)
        for daemon in reversed(self.daemons):  # munged last
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.temporary.cleanup()

    def logs(self):
        text = ""
        for number in range(len(self.daemons)):
            with open(self.path(f"daemon-{number}.log"), errors="replace") as file:
                text += "".join(file.readlines()[-10:])
        return text

    def run(self, *words, **options):
        return subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", timeout=60, **options)

    def ask(self, *words):
        """What it says, failed or not."""
        return self.run(*words).stdout

    def wait_for_jobs(self, *jobs):
        """Until none of them (or none at all) is in the queue."""
        words = [f"--jobs={','.join(jobs)}"] if jobs else []
        wait_until("the jobs have ended", lambda: not self.ask("squeue", "--noheader", *words),
                   log=lambda: self.ask("squeue") + self.logs())

    def states(self, job):
        """{task or job id: state} of those that ended a moment ago."""
        facts = [dict(word.split("=", 1) for word in line.split() if "=" in word)
                 for line in self.ask("scontrol", "--oneliner", "show", "job", job).splitlines()]
        return {fact.get("ArrayTaskId", fact.get("JobId")): fact for fact in facts}


def needs_slurm():
    if missing():
        raise Skip(missing())
