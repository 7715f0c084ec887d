import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openDataDir } from './data-dir.ts'

/** What another process does at the worst moment; each once. */
const meanwhile: { afterRead?: (() => void) | undefined; duringWrite?: (() => void) | undefined } =
  {}

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>()
  return {
    ...real,
    readFileSync(path: string, encoding: 'utf8') {
      const content = real.readFileSync(path, encoding)
      const { afterRead } = meanwhile
      meanwhile.afterRead = undefined
      afterRead?.()
      return content
    },
    // In the two steps that it takes: first the file, then its content.
    writeFileSync(path: string, content: string, options: fs.WriteFileOptions) {
      real.writeFileSync(path, '', options)
      meanwhile.duringWrite?.()
      real.appendFileSync(path, content)
    },
  }
})

let folder: string
let lock: string
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'fairlead-data-dir-'))
  lock = join(folder, 'lock')
})
afterEach(() => {
  meanwhile.afterRead = undefined
  meanwhile.duringWrite = undefined
  fs.rmSync(folder, { recursive: true, force: true })
})

/** As another start leaves it: the lock of a living process. */
function otherTakesLock(): void {
  fs.rmSync(lock)
  fs.appendFileSync(lock, String(process.ppid))
}

it('a lock is never there without its process', () => {
  let existed: boolean | undefined
  meanwhile.duringWrite = () => (existed = fs.existsSync(lock))
  const taken = openDataDir(folder)
  expect(existed).toBe(false)
  expect(fs.readdirSync(folder)).toEqual(['lock'])
  taken.release()
})

it('a stale lock that another start took over meanwhile is left to it', () => {
  fs.appendFileSync(lock, '999999999')
  meanwhile.afterRead = otherTakesLock
  expect(() => openDataDir(folder)).toThrow(`in use by process ${process.ppid}`)
  expect(fs.readFileSync(lock, 'utf8')).toBe(String(process.ppid))
  expect(fs.readdirSync(folder)).toEqual(['lock'])
})

it('a lock that is released meanwhile is taken', () => {
  fs.appendFileSync(lock, '999999999')
  meanwhile.afterRead = () => fs.rmSync(lock)
  openDataDir(folder).release()
  expect(fs.readdirSync(folder)).toEqual([])
})
