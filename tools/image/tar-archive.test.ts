import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completeTree, type ImageFile } from './image-file.ts'
import { tarArchive } from './tar-archive.ts'

const file = (path: string, text: string): ImageFile => ({
  path,
  type: 'file',
  mode: 0o644,
  content: () => Buffer.from(text),
})
const deep = `/${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(90)}`
const long = `/${'n'.repeat(140)}`
const files: readonly ImageFile[] = [
  file('/etc/passwd', 'root\n'),
  file(`${deep}/g`, 'deep'),
  file(long, 'long'),
  file('/café', 'x'.repeat(512)),
  { path: '/bin/program', type: 'link', mode: 0o777, target: '../etc/passwd' },
  { path: '/far', type: 'link', mode: 0o777, target: `..${deep}/g` },
  { path: '/tmp', type: 'directory', mode: 0o1777 },
]
const modifiedAt = 1_700_000_000
const archive = () => Buffer.concat([...tarArchive(completeTree(files), modifiedAt)])

describe('an archive', () => {
  it('is unpacked by tar as it was described', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-tar-'))
    try {
      execFileSync('tar', ['-xpf', '-', '--no-same-owner', '-C', folder], { input: archive() })
      const text = (path: string) => readFileSync(join(folder, path), 'utf8')
      expect(text('/etc/passwd')).toBe('root\n')
      expect(text(`${deep}/g`)).toBe('deep')
      expect(text(long)).toBe('long')
      expect(text('/café')).toHaveLength(512)
      expect(text('/bin/program')).toBe('root\n')
      expect(readlinkSync(join(folder, 'far'))).toBe(`..${deep}/g`)
      expect(lstatSync(join(folder, 'tmp')).mode & 0o7777).toBe(0o1777)
      expect(lstatSync(join(folder, 'etc/passwd')).mtimeMs).toBe(modifiedAt * 1000)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names owners by number only', () => {
    const owned = [{ path: '/home', type: 'directory', mode: 0o700, owner: 65_532 }] as const
    const input = Buffer.concat([...tarArchive(owned, modifiedAt)])
    const listed = execFileSync('tar', ['-tvf', '-', '--numeric-owner'], { input }).toString()
    expect(listed).toMatch(/^drwx------ 65532\/65532 /)
    expect(input.subarray(265, 329).every((byte) => byte === 0)).toBe(true)
  })

  it('has the same bytes each time', () => {
    expect(archive().equals(archive())).toBe(true)
  })
})
