import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { expect, it, onTestFinished } from 'vitest'
import { askControl } from './ask-control.ts'
import { controlSocketPath, openControlSocket } from './control-socket.ts'

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

it('the folder of the socket is closed to others, also one that was there', async () => {
  const dataDir = newDirectory()
  const folder = dirname(controlSocketPath(dataDir))
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  const close = await openControlSocket({
    dataDir,
    answer: async (_, response) => void response.end(),
    logger: silentLogger,
  })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  close()
})

it('a path that is too long for a socket is told as that', async () => {
  const asked = askControl({
    dataDir: join(newDirectory(), 'x'.repeat(100)),
    method: 'GET',
    path: '/export',
    query: new URLSearchParams(),
    signal: new AbortController().signal,
  })
  await expect(asked).rejects.toThrow('is longer than 103 bytes: use a shorter --data-dir')
})
