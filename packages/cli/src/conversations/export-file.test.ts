import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openExportFile } from './export-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-export-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const line = (value: object) => `${JSON.stringify(value)}\n`
const turn = line({ object: 'stored.turn', turn: { text: 'x'.repeat(200_000) } })
const head = line({ object: 'stored.conversation' })
const record = line({ object: 'stored.record' })
const block = (id: string) =>
  head + turn + line({ object: 'stored.end', tenant: 'a/b', id }) + record

async function written(path: string, goesOn: boolean, text: string) {
  const { open, ...start } = await openExportFile(path, goesOn)
  const file = open()
  file.end(text)
  await once(file, 'close')
  return start
}

it('a new file may be read by its owner alone, and is not written over', async () => {
  const path = join(folder, 'new.jsonl')
  const none = { after: undefined, conversations: 0 }
  expect(await written(path, false, block('one'))).toEqual(none)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await expect(openExportFile(path, false)).rejects.toThrow('go on with it by --resume')
  expect(readFileSync(path, 'utf8')).toBe(block('one'))
})

it('an export goes on behind the last conversation that the file has whole, with its records', async () => {
  const whole = block('one') + block('two')
  const third = block('three')
  for (const length of [head.length, head.length + turn.length, third.length - 1]) {
    const path = join(folder, `${length}.jsonl`)
    writeFileSync(path, whole + third.slice(0, length))
    const start = await written(path, true, third)
    expect(start).toEqual({ after: { tenant: 'a/b', id: 'two' }, conversations: 2 })
    expect(readFileSync(path, 'utf8')).toBe(whole + third)
  }
})

it('a conversation whose records may be missing is written again', async () => {
  const path = join(folder, 'records.jsonl')
  const second = block('two')
  for (const length of [second.length - record.length, second.length - 1, second.length]) {
    writeFileSync(path, block('one') + second.slice(0, length))
    const start = await written(path, true, second)
    expect(start).toEqual({ after: { tenant: 'a/b', id: 'one' }, conversations: 1 })
    expect(readFileSync(path, 'utf8')).toBe(block('one') + second)
  }
})

it('a file without a whole conversation begins anew, once it is opened', async () => {
  const path = join(folder, 'torn.jsonl')
  for (const text of ['', head.slice(0, 10), head.slice(0, -3), head + turn.slice(0, 1000)]) {
    writeFileSync(path, text)
    await openExportFile(path, true)
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(await written(path, true, '')).toEqual({ after: undefined, conversations: 0 })
    expect(readFileSync(path, 'utf8')).toBe('')
  }
})

it('a file that is no export is refused and stays as it is', async () => {
  const path = join(folder, 'other.txt')
  for (const text of ['{', 'a diary', `a diary\n${block('one')}`, `\n${block('one')}`]) {
    writeFileSync(path, text)
    const opening = openExportFile(path, true)
    if (text === '{') await opening
    else await expect(opening).rejects.toThrow('is no export')
    expect(readFileSync(path, 'utf8')).toBe(text)
  }
})
