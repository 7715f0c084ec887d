import type { Place } from '../place.ts'

/** Ports of the same number that one is compared with. */
const comparedMax = 20
/** As many as a reader can use; the rest is left out. */
const warningsMax = 100

/** Ports of a pod that are one another's: as in warningsForPodSpecAndMeta of Kubernetes' `pkg/api/pod`. */
export function portWarnings(containers: readonly Place[]): string[] {
  const found: string[] = []
  const byNumber = new Map<string, Place[]>()
  for (const port of containers.flatMap((container) => container.each('ports'))) {
    if (port.text('hostIP') !== '' && port.number('hostPort') === 0) {
      found.push(`${port.path}: hostIP set without hostPort: ${goPort(port)}`)
    }
    const key = `${port.number('containerPort')}/${port.text('protocol')}`
    const others = byNumber.get(key) ?? []
    for (const other of others) {
      const problem = problemOf(port, other)
      if (problem !== undefined) found.push(`${port.path}: ${problem} with ${other.path}`)
    }
    if (found.length >= warningsMax) return found
    if (others.length < comparedMax) byNumber.set(key, [...others, port])
  }
  return found
}

function problemOf(port: Place, other: Place): string | undefined {
  const [ip, otherIp] = [port.text('hostIP'), other.text('hostIP')]
  const [number, otherNumber] = [port.number('hostPort'), other.number('hostPort')]
  if (ip === otherIp && number === otherNumber) return 'duplicate port definition'
  if (number === 0 || otherNumber === 0) return 'overlapping port definition'
  if (number === otherNumber && (ip === '') !== (otherIp === '')) {
    return 'dangerously ambiguous port definition'
  }
  return undefined
}

/** As Go's `%+v` shows a port. */
function goPort(port: Place): string {
  return (
    `{Name:${port.text('name')} HostPort:${port.number('hostPort')} ` +
    `ContainerPort:${port.number('containerPort')} Protocol:${port.text('protocol')} ` +
    `HostIP:${port.text('hostIP')}}`
  )
}
