import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import type { Endpoints } from '../endpoints-file.ts'
import { parseCommandLine } from '../options.ts'
import { up } from './up.ts'

const anyPort = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']

it('up without a configuration announces itself, and is not ready', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-up-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const args = ['up', '--no-quickstart', '--data-dir', dataDir, ...anyPort]
  const { options } = parseCommandLine(args, {})
  const announced = Promise.withResolvers<void>()
  const stop = new AbortController()
  const running = up({
    options,
    own: { words: [], flags: {} },
    environment: {},
    signal: stop.signal,
    logger: pino({ level: 'silent' }),
    log: { droppedLines: 0 },
    uncaughtErrors: { count: 0 },
    input: () => process.stdin,
    output: () => process.stdout,
    progress: { tell: () => {}, end: () => {} },
    columns: 100,
    print: (text) => text.startsWith('Fairlead is ready') && announced.resolve(),
  })
  await Promise.race([announced.promise, running])

  const { admin, gateway } = JSON.parse(
    readFileSync(join(dataDir, 'endpoints.json'), 'utf8'),
  ) as Endpoints
  const models = await fetch(`${gateway}/v1/models`)
  const ready = await fetch(`${admin}/readyz/gateway`)
  expect([models.status, ready.status]).toEqual([503, 503])
  expect(await ready.text()).toContain('no configuration is available')
  expect((await fetch(`${admin}/healthz`)).status).toBe(200)

  stop.abort()
  await running
}, 60_000)
