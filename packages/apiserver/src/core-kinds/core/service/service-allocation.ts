import { errors, goStrings, invalidField } from '@fairlead/kube-core'

import { numberAt, recordsAt, textAt, textsAt, type Fields } from '../../../definitions/fields.ts'
import type { MutableObject, Reservation } from '../../../definitions/resource-definition.ts'
import { fillInFamilies } from './service-families.ts'
import {
  allocatesNodePorts,
  isSameList,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  nodePortsOf,
  specOf,
} from './service-fields.ts'
import { AllocationError, type ServiceRanges } from './service-ranges.ts'

/**
 * Gives a Service the addresses and ports that it asks for or needs, as beginCreate and beginUpdate
 * of Kubernetes' Service storage. They are held until the write has ended; then they are held by
 * what is stored.
 *
 * @throws StatusError 422 for an address or a port that cannot be had
 */
export function allocate(
  ranges: ServiceRanges,
  service: MutableObject,
  { previous, dryRun, storage, random }: Reservation,
): () => void {
  ranges.follow(storage)
  const spec = specOf(service)
  const before = previous === undefined ? undefined : specOf(previous)
  if (before !== undefined) keepAllocated(spec, before)
  synchroniseAddresses(spec, before)
  const name = service.metadata.name ?? ''
  const taken = { addresses: [] as string[], ports: [] as number[] }
  const taker = new Taker(ranges, taken, dryRun, () => random())
  try {
    fillInFamilies(name, spec, before)
    takeAddresses(taker, spec, before)
    if (needsNodePort(spec)) takePorts(taker, spec, before)
    const wasChecked = before !== undefined && needsHealthCheckPort(before)
    if (needsHealthCheckPort(spec) && !wasChecked) takeHealthCheckPort(taker, spec)
  } catch (error) {
    ranges.release(taken)
    if (!(error instanceof FieldAllocationError)) throw error
    if (error.field === undefined) throw errors.internal(error.message)
    const { field, badValue, message } = error
    throw errors.invalid('Service', name, [invalidField(field, badValue, message)])
  }
  return () => ranges.release(taken)
}

class FieldAllocationError extends Error {
  readonly field: string | undefined
  readonly badValue: unknown

  constructor(message: string, field?: string, badValue?: unknown) {
    super(message)
    this.field = field
    this.badValue = badValue
  }
}

/** Takes from the ranges and remembers what it has taken. */
class Taker {
  readonly #ranges: ServiceRanges
  readonly #taken: { readonly addresses: string[]; readonly ports: number[] }
  readonly #dryRun: boolean
  readonly #random: () => number

  constructor(
    ranges: ServiceRanges,
    taken: { readonly addresses: string[]; readonly ports: number[] },
    dryRun: boolean,
    random: () => number,
  ) {
    this.#ranges = ranges
    this.#taken = taken
    this.#dryRun = dryRun
    this.#random = random
  }

  address(wanted: string, all: readonly string[]): string {
    try {
      if (wanted !== '') this.#ranges.checkAddress(wanted)
      const address = wanted === '' ? this.#ranges.chooseAddress(this.#random) : wanted
      this.#ranges.hold({ addresses: [address], ports: [] })
      this.#taken.addresses.push(address)
      return address
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error
      if (wanted === '') {
        throw new FieldAllocationError(`failed to allocate a serviceIP: ${error.message}`)
      }
      const message = `failed to allocate IP ${wanted}: ${error.message}`
      throw new FieldAllocationError(message, 'spec.clusterIPs', goStrings(all))
    }
  }

  port(wanted: number, failure: (problem: string) => FieldAllocationError): number {
    try {
      if (wanted !== 0) this.#ranges.checkPort(wanted, this.#dryRun)
      const port = wanted === 0 ? this.#ranges.choosePort(this.#random) : wanted
      this.#ranges.hold({ addresses: [], ports: [port] })
      this.#taken.ports.push(port)
      return port
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error
      throw failure(error.message)
    }
  }
}

function takeAddresses(
  taker: Taker,
  spec: Record<string, unknown>,
  before: Fields | undefined,
): void {
  const addresses = [...textsAt(spec, 'clusterIPs')]
  if (!needsClusterIp(spec) || addresses[0] === 'None') return
  const had = before === undefined || !needsClusterIp(before) ? [] : textsAt(before, 'clusterIPs')
  if (had[0] === 'None') return
  for (const index of textsAt(spec, 'ipFamilies').keys()) {
    // Validation says what is wrong with an address that was changed.
    if (index < had.length) continue
    addresses[index] = taker.address(addresses[index] ?? '', textsAt(spec, 'clusterIPs'))
  }
  spec['clusterIPs'] = addresses
  if (addresses[0] !== undefined && had.length === 0) spec['clusterIP'] = addresses[0]
}

/** Ports of the same number, of different protocols, share a node port. */
function takePorts(taker: Taker, spec: Fields, before: Fields | undefined): void {
  const ports = recordsAt(spec, 'ports')
  const had = new Set(before === undefined ? [] : nodePortsOf(before))
  const taken = new Set<number>()
  const byNumber = new Map<unknown, number>()
  for (const [index, port] of ports.entries()) {
    const wanted = numberAt(port, 'nodePort') ?? 0
    if (wanted === 0 && !allocatesNodePorts(spec)) continue
    const shared = before === undefined ? byNumber.get(port['port']) : undefined
    const asked =
      wanted !== 0 || before !== undefined ? wanted : (shared ?? askedElsewhere(ports, port))
    const isHeld = had.has(asked) || taken.has(asked)
    const nodePort =
      asked !== 0 && isHeld
        ? asked
        : taker.port(asked, (problem) =>
            asked === 0
              ? new FieldAllocationError(`failed to allocate a nodePort: ${problem}`)
              : new FieldAllocationError(problem, `spec.ports[${index}].nodePort`, asked),
          )
    port['nodePort'] = nodePort
    taken.add(nodePort)
    if (!byNumber.has(port['port'])) byNumber.set(port['port'], nodePort)
  }
}

function askedElsewhere(ports: readonly Fields[], { port }: Fields): number {
  const asking = ports.find(
    (each) => each['port'] === port && (numberAt(each, 'nodePort') ?? 0) > 0,
  )
  return asking === undefined ? 0 : (numberAt(asking, 'nodePort') ?? 0)
}

function takeHealthCheckPort(taker: Taker, spec: Record<string, unknown>): void {
  const wanted = numberAt(spec, 'healthCheckNodePort') ?? 0
  spec['healthCheckNodePort'] = taker.port(wanted, (problem) => {
    const what = wanted === 0 ? 'a HealthCheck NodePort' : 'requested HealthCheck NodePort'
    return new FieldAllocationError(`failed to allocate ${what} ${wanted}: ${problem}`)
  })
}

/** As patchAllocatedValues: an update need not repeat what was allocated. */
function keepAllocated(spec: Record<string, unknown>, before: Fields): void {
  if (needsClusterIp(before) && needsClusterIp(spec)) {
    if (textAt(spec, 'clusterIP') === '') setOrDelete(spec, 'clusterIP', before['clusterIP'])
    const had = textsAt(before, 'clusterIPs')
    if (textsAt(spec, 'clusterIPs').length === 0 && had.length > 0) spec['clusterIPs'] = [...had]
  }
  if (needsNodePort(before) && needsNodePort(spec)) {
    const after = new Set(nodePortsOf(spec))
    const used = new Set(nodePortsOf(before).filter((port) => after.has(port)))
    const byName = new Map(
      recordsAt(before, 'ports').map((port) => [textAt(port, 'name'), numberAt(port, 'nodePort')]),
    )
    for (const port of recordsAt(spec, 'ports')) {
      const had = byName.get(textAt(port, 'name')) ?? 0
      if ((numberAt(port, 'nodePort') ?? 0) === 0 && had !== 0 && !used.has(had)) {
        port['nodePort'] = had
      }
    }
  }
  const hasNone = (numberAt(spec, 'healthCheckNodePort') ?? 0) === 0
  if (hasNone && needsHealthCheckPort(before) && needsHealthCheckPort(spec)) {
    setOrDelete(spec, 'healthCheckNodePort', before['healthCheckNodePort'])
  }
}

/** As normalizeClusterIPs: what a client says with one of the two fields counts for both. */
function synchroniseAddresses(spec: Record<string, unknown>, before: Fields | undefined): void {
  const address = textAt(spec, 'clusterIP')
  const addresses = textsAt(spec, 'clusterIPs')
  if (before === undefined) {
    if (address !== '' && addresses.length === 0) spec['clusterIPs'] = [address]
    return
  }
  const had = textAt(before, 'clusterIP')
  if (had === address || !isSameList(addresses, textsAt(before, 'clusterIPs'))) return
  if (had !== '' && address === '') delete spec['clusterIPs']
  else spec['clusterIPs'] = [address]
}

function setOrDelete(spec: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete spec[field]
  else spec[field] = value
}
