import type { Random } from '@fairlead/base'
import { containsAddress, formatIp, parseCidr } from '@fairlead/kube-core'

import { numberAt, textsAt, type Fields } from '../../../definitions/fields.ts'
import type { Storage } from '../../../storage/storage.ts'
import { parseAddress } from '../../shared/ip-address.ts'
import { nodePortsOf, specOf } from './service-fields.ts'

/** From which addresses of Services are taken; as envtest starts kube-apiserver. */
const addressRange = '10.0.0.0/24'
/** The first of them are left to those who ask for one, as Kubernetes' allocator does. */
const addressesAsked = 16
const portMin = 30_000
const portMax = 32_767
const portsAsked = 86

/** What is to be taken, or what is held. */
interface Holding {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
}

/** Thrown for what cannot be taken; the message is that of Kubernetes' allocator. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError'
}

/**
 * The cluster IPs and node ports that a server's Services hold. They are read from the storage when
 * the first is asked for, and follow it from then on.
 */
export class ServiceRanges {
  readonly #addresses = new Counter<string>()
  readonly #ports = new Counter<number>()
  #storage: Storage | undefined

  /** Follows a storage; only the first is followed. */
  follow(storage: Storage): void {
    if (this.#storage !== undefined) return
    this.#storage = storage
    for (const service of storage.list({ resource: 'services' }).objects) {
      this.hold(heldBy(specOf(service)))
    }
    storage.subscribe('services', ({ type, object, previous }) => {
      if (previous !== undefined) this.release(heldBy(specOf(previous)))
      if (type !== 'DELETED') this.hold(heldBy(specOf(object)))
    })
  }

  hold({ addresses, ports }: Holding): void {
    for (const address of addresses) this.#addresses.add(address)
    for (const port of ports) this.#ports.add(port)
  }

  release({ addresses, ports }: Holding): void {
    for (const address of addresses) this.#addresses.remove(address)
    for (const port of ports) this.#ports.remove(port)
  }

  /** @throws AllocationError when it is out of range or held */
  checkAddress(text: string): void {
    const range = parseCidr(addressRange)
    const address = parseAddress(text)
    if (range === undefined || address === undefined) return
    if (!containsAddress(range, address) || !isUsable(address.bits)) {
      throw new AllocationError(
        `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${addressRange}`,
      )
    }
    if (this.#addresses.has(formatIp(address))) {
      throw new AllocationError('provided IP is already allocated')
    }
  }

  /** A free address, chosen at random. @throws AllocationError when there is none */
  chooseAddress(random: Random): string {
    const all = Array.from({ length: 254 }, (_, index) => `10.0.0.${index + 1}`)
    const found = choose(all, addressesAsked, random, (address) => this.#addresses.has(address))
    if (found === undefined) throw new AllocationError('range is full')
    return found
  }

  /** @throws AllocationError when it is out of range or held; a dry run may go out of range */
  checkPort(port: number, dryRun: boolean): void {
    if (!dryRun && (port < portMin || port > portMax)) {
      throw new AllocationError(
        `provided port is not in the valid range. The range of valid ports is ${portMin}-${portMax}`,
      )
    }
    if (this.#ports.has(port)) throw new AllocationError('provided port is already allocated')
  }

  /** A free node port, chosen at random. @throws AllocationError when there is none */
  choosePort(random: Random): number {
    const count = portMax - portMin + 1
    const first = portMin + Math.floor(portsAsked + random() * (count - portsAsked))
    for (let index = 0; index < count; index++) {
      const port = portMin + ((first - portMin + index) % count)
      if (!this.#ports.has(port)) return port
    }
    throw new AllocationError('range is full')
  }
}

/** What a Service, given by its `spec`, holds. */
function heldBy(spec: Fields): Holding {
  const health = numberAt(spec, 'healthCheckNodePort') ?? 0
  const addresses = textsAt(spec, 'clusterIPs').flatMap((text) => {
    const address = parseAddress(text)
    return address === undefined ? [] : [formatIp(address)]
  })
  return { addresses, ports: [...nodePortsOf(spec), ...(health === 0 ? [] : [health])] }
}

function choose(
  all: readonly string[],
  asked: number,
  random: Random,
  isHeld: (address: string) => boolean,
): string | undefined {
  for (const some of [all.slice(asked), all.slice(0, asked)]) {
    const free = some.filter((address) => !isHeld(address))
    if (free.length > 0) return free[Math.floor(random() * free.length)]
  }
  return undefined
}

/** Neither the first address of the range nor its last. */
function isUsable(bits: bigint): boolean {
  return (bits & 255n) !== 0n && (bits & 255n) !== 255n
}

/** Several ports of a Service may share a node port: each counts. */
class Counter<T> {
  readonly #counts = new Map<T, number>()

  has(item: T): boolean {
    return this.#counts.has(item)
  }

  add(item: T): void {
    this.#counts.set(item, (this.#counts.get(item) ?? 0) + 1)
  }

  remove(item: T): void {
    const count = (this.#counts.get(item) ?? 0) - 1
    if (count > 0) this.#counts.set(item, count)
    else this.#counts.delete(item)
  }
}
