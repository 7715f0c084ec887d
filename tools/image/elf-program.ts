/** What a program or shared library asks the loader for. */
interface LinkedProgram {
  /** The loader itself, which only programs name. */
  readonly interpreter: string | undefined
  /** The names of the shared libraries that it needs, in its order. */
  readonly needed: readonly string[]
  /** In Debian's words. */
  readonly architecture: 'amd64' | 'arm64'
}

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

const segmentTypes = { load: 1, dynamic: 2, interpreter: 3 }
const dynamicTags = { needed: 1, stringTable: 5 }
const dynamicEntrySize = 16
const architectures = new Map([
  [0x3e, 'amd64'],
  [0xb7, 'arm64'],
] as const)

/**
 * Reads an ELF file of 64 bits, little-endian, for x86-64 or AArch64, whichever this machine is.
 * Throws on anything else.
 */
export function readElf(bytes: Buffer): LinkedProgram {
  const isElf64 = bytes.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]))
  const architecture = isElf64 ? architectures.get(bytes.readUInt16LE(18) as 0x3e) : undefined
  if (architecture === undefined) throw new Error('not an ELF file for x86-64 or AArch64')
  const segments = segmentsOf(bytes)
  const interpreter = segments.find(({ type }) => type === segmentTypes.interpreter)
  return {
    interpreter: interpreter === undefined ? undefined : textAt(bytes, interpreter.offset),
    needed: neededBy(bytes, segments),
    architecture,
  }
}

function segmentsOf(bytes: Buffer): Segment[] {
  const table = Number(bytes.readBigUInt64LE(32))
  const entrySize = bytes.readUInt16LE(54)
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => {
    const at = table + index * entrySize
    return {
      type: bytes.readUInt32LE(at),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      address: Number(bytes.readBigUInt64LE(at + 16)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
    }
  })
}

function neededBy(bytes: Buffer, segments: readonly Segment[]): string[] {
  const dynamic = segments.find(({ type }) => type === segmentTypes.dynamic)
  if (dynamic === undefined) return []
  const entries = Array.from({ length: dynamic.size / dynamicEntrySize }, (_, index) => {
    const at = dynamic.offset + index * dynamicEntrySize
    return { tag: Number(bytes.readBigUInt64LE(at)), value: Number(bytes.readBigUInt64LE(at + 8)) }
  })
  const table = entries.find(({ tag }) => tag === dynamicTags.stringTable)?.value ?? 0
  const start = fileOffset(segments, table)
  return entries
    .filter(({ tag }) => tag === dynamicTags.needed)
    .map(({ value }) => textAt(bytes, start + value))
}

/** Where in the file is what the loader puts at an address. */
function fileOffset(segments: readonly Segment[], address: number): number {
  const segment = segments.find(
    (each) =>
      each.type === segmentTypes.load &&
      address >= each.address &&
      address < each.address + each.size,
  )
  if (segment === undefined) throw new Error(`no segment holds the address ${address}`)
  return address - segment.address + segment.offset
}

function textAt(bytes: Buffer, offset: number): string {
  return bytes.toString('latin1', offset, bytes.indexOf(0, offset))
}
