import type { ImageFile } from './image-file.ts'

const blockSize = 512
const typeFlags = { file: '0', link: '2', directory: '5' } as const
/** What the fields of a header hold; anything longer needs an extended header. */
const longestName = 100
const longestPrefix = 155

/**
 * The files as an archive in the format of POSIX (ustar, with extended headers where a name is too
 * long), in the given order. The same files and time give the same bytes: names of users are not
 * written, and every file was changed at `modifiedAt`, in seconds since 1970.
 */
export function* tarArchive(files: readonly ImageFile[], modifiedAt: number): Generator<Buffer> {
  for (const file of files) {
    const content = file.content?.() ?? Buffer.alloc(0)
    const name = file.path.slice(1) + (file.type === 'directory' ? '/' : '')
    const fields = ustarFields(name, file.target ?? '')
    if (fields.extended !== '') {
      const records = Buffer.from(fields.extended)
      const size = records.length
      yield header({ name: '././@PaxHeader', type: 'x', mode: 0o644, owner: 0, size, modifiedAt })
      yield padded(records)
    }
    const { mode, owner = 0 } = file
    const size = content.length
    yield header({ ...fields, type: typeFlags[file.type], mode, owner, size, modifiedAt })
    yield padded(content)
  }
  yield Buffer.alloc(2 * blockSize)
}

interface Header {
  readonly name: string
  readonly prefix?: string
  readonly target?: string
  readonly type: string
  readonly mode: number
  readonly owner: number
  readonly size: number
  readonly modifiedAt: number
}

/** How a header names a file, and the extended header that it needs before it. */
function ustarFields(name: string, target: string) {
  const named = splitName(name)
  const extended =
    (named === undefined ? record('path', name) : '') +
    (Buffer.byteLength(target) > longestName ? record('linkpath', target) : '')
  return {
    name: named?.name ?? name.slice(-longestName),
    prefix: named?.prefix ?? '',
    target: target.slice(0, longestName),
    extended,
  }
}

/** A name in the two fields of a header; undefined if it does not fit or is not ASCII. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (Buffer.byteLength(name) !== name.length) return undefined
  if (name.length <= longestName) return { name, prefix: '' }
  const cut = name.indexOf('/', name.length - longestName - 1)
  if (cut <= 0 || cut > longestPrefix || cut === name.length - 1) return undefined
  return { name: name.slice(cut + 1), prefix: name.slice(0, cut) }
}

/** A record of an extended header begins with its own length. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}

function header(fields: Header): Buffer {
  const block = Buffer.alloc(blockSize)
  const octal = (value: number, offset: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, '0'), offset)
  block.write(fields.name, 0)
  octal(fields.mode, 100, 7)
  octal(fields.owner, 108, 7)
  octal(fields.owner, 116, 7)
  octal(fields.size, 124, 11)
  octal(fields.modifiedAt, 136, 11)
  block.fill(' ', 148, 156)
  block.write(fields.type, 156)
  block.write(fields.target ?? '', 157)
  block.write('ustar', 257)
  block.write('00', 263)
  block.write(fields.prefix ?? '', 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function padded(content: Buffer): Buffer {
  const missing = -content.length & (blockSize - 1)
  return missing === 0 ? content : Buffer.concat([content, Buffer.alloc(missing)])
}
