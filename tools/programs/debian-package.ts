import { existsSync } from 'node:fs'
import type { MachineSource } from './program.ts'
import { runToEnd } from './run-to-end.ts'

/** A Debian or Ubuntu package, installed when the user is root. */
export function debianPackage(name: string): MachineSource {
  return {
    title: `the Debian package ${name}`,
    refusal() {
      if (!existsSync('/usr/bin/apt-get')) return 'this machine has no apt-get'
      return process.getuid?.() === 0 ? undefined : `run as root: apt-get install ${name}`
    },
    async install() {
      const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      await runToEnd('apt-get', ['update', '-qq'], { environment })
      await runToEnd('apt-get', ['install', '-y', '-qq', name], { environment })
    },
  }
}
