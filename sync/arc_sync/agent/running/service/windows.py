"""A task of the Windows Task Scheduler ([MS-TSCH] 2.5, schtasks): at logon, in the user's session, where Excel lives."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from arc_sync.agent.running.service.port import LATER, Runner, Start, needed

NAME: Final = "ARC Sheets agent"
_TASK: Final = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Keeps workbooks and ledgers in step (ARC Sheets).</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>{user}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def task(start: Start, user: str) -> str:
    """Return the task's XML; `user` is the account with its domain. A task has no environment: the agent finds its places by itself."""
    program, *arguments = start.command
    line = subprocess.list2cmdline(arguments)
    return _TASK.format(user=escape(user), program=escape(program), arguments=escape(line))


class TaskScheduler:
    """A `Service` of the Task Scheduler."""

    def __init__(self, start: Start, user: str, run: Runner) -> None:
        self._start, self._user, self._run = start, user, run

    def install(self) -> str:
        """Register the task and start it; see the port."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_text(task(self._start, self._user), "utf-16")
            needed(self._run, "schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F")
        self.start()
        return f"the Task Scheduler, as {NAME}"

    def uninstall(self) -> None:
        """Stop it and take the task away; see the port."""
        if self.is_installed():
            self._run(("schtasks", "/End", "/TN", NAME))
            needed(self._run, "schtasks", "/Delete", "/TN", NAME, "/F", instead=LATER)

    def start(self) -> None:
        """Start it now."""
        needed(self._run, "schtasks", "/Run", "/TN", NAME)

    def is_installed(self) -> bool:
        """Say whether the task is registered."""
        return self._run(("schtasks", "/Query", "/TN", NAME)).code == 0
