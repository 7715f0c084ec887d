import { BlockList, isIP } from 'node:net'

/** Why a connection to an address is denied. */
export type AddressDenial = 'link-local-or-metadata' | 'private' | 'not-of-machine'

/**
 * Which addresses may be connected to: public ones; also those that pods and Services of a cluster
 * have; or all private ones, loopback included. `Machine`: nothing but the services that clouds have
 * for a machine or pod to ask who it is, and loopback.
 */
export type AddressScope = 'Public' | 'Cluster' | 'Private' | 'Machine'

/**
 * Link-local addresses and metadata services of clouds: never a model provider, always worth an
 * attack.
 */
const alwaysDenied = blockList([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
  ['fd00:c1::a9fe:a9fe', 128],
  ['fd00:42::42', 128],
  ['fd00:a9fe:a9fe::1', 128],
  ['fd00:100::100:200', 128],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
])

/**
 * Where a machine or pod asks for its identity. AWS, Azure and Google:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
 * https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
const ofMachines = blockList([
  ['169.254.169.254', 32],
  ['169.254.170.2', 32],
  ['169.254.170.23', 32],
  ['fd00:ec2::254', 128],
  ['fd00:ec2::23', 128],
  ['fd20:ce::254', 128],
  ['127.0.0.0', 8],
  ['::1', 128],
])

/**
 * Loopback, private, shared and other ranges that are not public (IANA special-purpose registries).
 */
const notPublic = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 128],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fec0::', 10],
  ['ff00::', 8],
])

/** Where pods and Services are: networks of an organisation, shared and unique-local addresses. */
const inClusters = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
])

/** Undefined if the gateway may connect to the address. */
export function denialOf(address: string, scope: AddressScope): AddressDenial | undefined {
  const all = meanings(address)
  if (scope === 'Machine') {
    return all.every((meaning) => isIn(ofMachines, meaning)) ? undefined : 'not-of-machine'
  }
  if (all.some((meaning) => isIn(alwaysDenied, meaning))) return 'link-local-or-metadata'
  const isAllowed = (meaning: string): boolean =>
    !isIn(notPublic, meaning) || (scope === 'Cluster' && isIn(inClusters, meaning))
  return scope === 'Private' || all.every(isAllowed) ? undefined : 'private'
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * An address and the IPv4 addresses that it may lead to: a translator, a tunnel or the socket itself
 * takes them from an IPv6 address. All of them must be allowed.
 */
function meanings(address: string): readonly string[] {
  const bare = address.split('%')[0] ?? address
  if (isIP(bare) !== 6) return [bare]
  const bytes = bytesOf(bare)
  const embedded = embeddings.filter(({ matches }) => matches(bytes)).flatMap(({ at }) => at)
  return [bare, ...embedded.map((places) => ipv4At(bytes, places))]
}

/** Where an IPv6 address holds an IPv4 one: the places of its four bytes, `~` meaning inverted. */
interface Embedding {
  readonly matches: (bytes: Uint8Array) => boolean
  readonly at: readonly (readonly number[])[]
}

const last = [12, 13, 14, 15]

const embeddings: readonly Embedding[] = [
  // IPv4-mapped, RFC 4291 §2.5.5.2
  { matches: beginsWith('0000 0000 0000 0000 0000 ffff'), at: [last] },
  // IPv4-translated, RFC 7915
  { matches: beginsWith('0000 0000 0000 0000 ffff 0000'), at: [last] },
  // IPv4-compatible, RFC 4291 §2.5.5.1; `::` and `::1` have meanings of their own
  {
    matches: (bytes) =>
      bytes.subarray(0, 12).every(isZero) &&
      !(bytes.subarray(12, 15).every(isZero) && (bytes[15] ?? 0) <= 1),
    at: [last],
  },
  // NAT64, RFC 6052 §2.1
  { matches: beginsWith('0064 ff9b 0000 0000 0000 0000'), at: [last] },
  // NAT64 of a network's own, RFC 8215, with a prefix of 48, 56, 64 or 96 bits
  {
    matches: beginsWith('0064 ff9b 0001'),
    at: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], last],
  },
  // 6to4, RFC 3056 §2
  { matches: beginsWith('2002'), at: [[2, 3, 4, 5]] },
  // Teredo, RFC 4380 §4: its server, and its client with all bits inverted
  { matches: beginsWith('2001 0000'), at: [[4, 5, 6, 7], last.map((place) => ~place)] },
  // ISATAP, RFC 5214 §6.1, behind any prefix
  {
    matches: (bytes) =>
      ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe,
    at: [last],
  },
]

function beginsWith(prefix: string): (bytes: Uint8Array) => boolean {
  const wanted = Buffer.from(prefix.replaceAll(' ', ''), 'hex')
  return (bytes) => wanted.every((byte, index) => bytes[index] === byte)
}

function ipv4At(bytes: Uint8Array, places: readonly number[]): string {
  return places
    .map((place) => (place < 0 ? (bytes[~place] ?? 0) ^ 0xff : (bytes[place] ?? 0)))
    .join('.')
}

function isZero(byte: number): boolean {
  return byte === 0
}

/** The 16 bytes of a valid IPv6 address without a zone. */
function bytesOf(address: string): Uint8Array {
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
    const high = (Number(a) << 8) | Number(b)
    const low = (Number(c) << 8) | Number(d)
    return `${high.toString(16)}:${low.toString(16)}`
  })
  const [head = '', tail] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const filling = tail === undefined ? 0 : 8 - before.length - after.length
  const groups = [...before, ...Array<string>(Math.max(filling, 0)).fill('0'), ...after]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ranges) {
    list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
