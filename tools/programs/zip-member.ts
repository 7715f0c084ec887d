import { inflateRawSync } from 'node:zlib'

/** A file of a zip archive. */
interface ZipMember {
  readonly name: string
  readonly contents: () => Buffer
}

/**
 * The contents of one file of a zip archive. Throws if it is not an archive or has no such file. See
 * `zipMembers` for what is supported.
 */
export function readZipMember(archive: Buffer, name: string): Buffer {
  for (const member of zipMembers(archive)) if (member.name === name) return member.contents()
  throw new Error(`the zip archive has no ${name}`)
}

/**
 * The files and folders of a zip archive, because Node has no zip reader and a machine may lack unzip.
 * Supports what program archives use: stored and deflated members below 4 GiB, located by the central
 * directory (APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16). Throws if it is not an archive.
 */
export function* zipMembers(archive: Buffer): Generator<ZipMember> {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end === -1) throw new Error('not a zip archive, or only a part of one')
  const count = archive.readUInt16LE(end + 10)
  let entry = archive.readUInt32LE(end + 16)
  for (let index = 0; index < count; index++) {
    const nameLength = archive.readUInt16LE(entry + 28)
    const nameStart = entry + 46
    const place = entry
    yield {
      name: archive.toString('utf8', nameStart, nameStart + nameLength),
      contents: () => contentsOf(archive, place),
    }
    const extraLength = archive.readUInt16LE(entry + 30)
    const commentLength = archive.readUInt16LE(entry + 32)
    entry = nameStart + nameLength + extraLength + commentLength
  }
}

function contentsOf(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10)
  const compressedSize = archive.readUInt32LE(entry + 20)
  const local = archive.readUInt32LE(entry + 42)
  // The lengths in the local header may differ from those in the directory.
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const bytes = archive.subarray(start, start + compressedSize)
  if (method === 0) return bytes
  if (method === 8) return inflateRawSync(bytes)
  throw new Error(`the zip archive uses compression method ${method}, which is not supported`)
}
