/**
 * Milliseconds of the processor that this thread has used: what a limit on time compares, so that it
 * does not judge what else the machine does. It moves in steps of some milliseconds.
 */
export function cpuTimeMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
