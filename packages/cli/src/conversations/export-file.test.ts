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
const block = (id: string) => turn + line({ object: 'stored.end', tenant: 'a/b', id })

async function written(path: string, goesOn: boolean, text: string) {
  const { file, ...start } = await openExportFile(path, goesOn)
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

it('an export goes on behind the last conversation that the file has whole', async () => {
  const whole = block('one') + block('two')
  const third = block('three')
  for (const length of [0, 1, turn.length, third.length - 1]) {
    const path = join(folder, `${length}.jsonl`)
    writeFileSync(path, whole + third.slice(0, length))
    const start = await written(path, true, third)
    expect(start).toEqual({ after: { tenant: 'a/b', id: 'two' }, conversations: 2 })
    expect(readFileSync(path, 'utf8')).toBe(whole + third)
  }
})

it('a file without a whole conversation begins anew', async () => {
  const path = join(folder, 'torn.jsonl')
  writeFileSync(path, turn.slice(0, 1000))
  expect(await written(path, true, '')).toEqual({ after: undefined, conversations: 0 })
  expect(readFileSync(path, 'utf8')).toBe('')
})
