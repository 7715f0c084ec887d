import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chatChunk } from './support/chat-chunk.ts'
import { startCommand, type Command } from './support/command.ts'
import { freshCall } from './support/fresh-call.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { startUpstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'
import { workersOf } from './support/workers.ts'

/** Two workers, and a provider whose streams end when it is told. */
async function startGateway(shutdownDelay: string) {
  const undo = new AsyncDisposableStack()
  const folder = undo.use(temporaryFolder())
  const goOn = Promise.withResolvers<void>()
  const upstream = await startUpstream(async (response, { body }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chatChunk('half an answer'))
    if (JSON.stringify(body).includes('slow')) await goOn.promise
    response.end(`${chatChunk('', 'stop')}data: [DONE]\n\n`)
  })
  undo.defer(() => upstream.stop())
  const resources = [
    manifest('LLMGateway', 'default', {
      auth: { mode: 'Disabled' },
      egress: { privateNetworks: 'Allow' },
    }),
    secret('up-key', 'api-key', 'sk-up'),
    provider('up', 'OpenAICompatible', `${upstream.url}/v1`),
    route('up', 'up-model', 'up'),
  ]
  for (const [index, text] of resources.entries()) {
    writeFileSync(join(folder.path, `${index}.yaml`), text)
  }
  const ports = [
    '--gateway-port',
    '0',
    '--admin-port',
    '0',
    '--data-dir',
    join(folder.path, 'data'),
  ]
  const times = ['--shutdown-delay', shutdownDelay, '--drain', '30s', '--workers', '2']
  const command = undo.use(
    startCommand([
      'gateway',
      '--manifests',
      folder.path,
      '--log-format',
      'json',
      ...ports,
      ...times,
    ]),
  )
  const admin = await command.prints(/Metrics and probes at (\S+)/)
  const gateway = await command.prints(/The gateway listens at (\S+)/)
  await waitFor('both workers', () => workersOf(command).size === 2)
  const endpoints = { apiServer: '', kubeconfig: '', apiKey: 'none', admin, gateway }
  const ask = (content: string) =>
    freshCall(endpoints, {
      model: 'up-model',
      stream: true,
      messages: [{ role: 'user', content }],
    })
  /** Streams of which each worker has at least one. */
  const fillWorkers = async () => {
    const calls = Array.from({ length: 12 }, () => ask('slow'))
    await waitFor('the streams', () => calls.every(({ received }) => received().includes('half')))
    return calls
  }
  return {
    command,
    ask,
    fillWorkers,
    goOn: () => goOn.resolve(),
    isReady: async () => (await fetch(`${admin}/readyz`)).ok,
    [Symbol.asyncDispose]: () => undo[Symbol.asyncDispose](),
  }
}

/** How many of the calls came to their end. */
async function wholeOf(calls: readonly { readonly ended: Promise<string> }[]): Promise<number> {
  const ends = await Promise.allSettled(calls.map(({ ended }) => ended))
  return ends.filter((end) => end.status === 'fulfilled' && end.value.includes('[DONE]')).length
}

function killWorker(command: Command): number {
  const pid = workersOf(command).get(0) ?? 0
  process.kill(pid, 'SIGKILL')
  return pid
}

it('a gateway that stops serves on for its delay, not ready, also when a worker dies', async () => {
  await using gateway = await startGateway('10s')
  const { command, ask } = gateway
  const calls = await gateway.fillWorkers()
  command.kill('SIGTERM')
  await waitFor('the end of readiness', async () => !(await gateway.isReady()))
  const dead = killWorker(command)
  const during = ask('quick')
  expect((await during.began).headers.connection).toBe('close')
  expect(await during.ended).toContain('[DONE]')
  await waitFor('another worker', () => workersOf(command).get(0) !== dead, 9_000)
  await waitFor('refusal', () =>
    ask('late').began.then(
      () => false,
      () => true,
    ),
  )
  gateway.goOn()
  expect(await command.ended).toBe(0)
  const whole = await wholeOf(calls)
  expect(whole).toBeGreaterThan(0)
  expect(whole).toBeLessThan(calls.length)
}, 60_000)

it('a worker that dies while it drains takes its calls with it, and no others', async () => {
  await using gateway = await startGateway('1s')
  const { command, ask } = gateway
  const calls = await gateway.fillWorkers()
  command.kill('SIGTERM')
  await waitFor('refusal', () =>
    ask('late').began.then(
      () => false,
      () => true,
    ),
  )
  const dead = killWorker(command)
  gateway.goOn()
  expect(await command.ended).toBe(0)
  const whole = await wholeOf(calls)
  expect(whole).toBeGreaterThan(0)
  expect(whole).toBeLessThan(calls.length)
  expect(workersOf(command).get(0)).toBe(dead)
}, 60_000)

it('a second signal ends it at once, workers too', async () => {
  await using gateway = await startGateway('1s')
  const { command } = gateway
  const calls = await gateway.fillWorkers()
  command.kill('SIGTERM')
  await waitFor('the end of readiness', async () => !(await gateway.isReady()))
  await waitFor('exit', async () => {
    // Signals that are close together count as one.
    command.kill('SIGTERM')
    return Promise.race([command.ended.then((code) => code === 1), pause()])
  })
  expect(await wholeOf(calls)).toBe(0)
  await waitFor('the end of the workers', () =>
    [...workersOf(command).values()].every((pid) => !isRunning(pid)),
  )
}, 60_000)

function pause(): Promise<false> {
  return new Promise((resolve) => setImmediate(() => resolve(false)))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
