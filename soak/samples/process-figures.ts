import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What Linux knows of a process. */
interface ProcessFigures {
  readonly residentMiB: number
  readonly descriptors: number
  readonly sockets: number
}

/** Reads it from /proc. Throws when the process has ended. */
export function processFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const folder = `/proc/${pid}/fd`
  const open = readdirSync(folder)
  return {
    residentMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
    descriptors: open.length,
    sockets: open.filter((descriptor) => isSocket(`${folder}/${descriptor}`)).length,
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // It was closed meanwhile.
    return false
  }
}
