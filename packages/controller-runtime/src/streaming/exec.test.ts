import { isForbidden, StatusError } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { DeadlineError } from '@fairlead/base'
import { dryRunClient } from '../client/dry-run-client.ts'
import { namespacedClient } from '../client/namespaced-client.ts'
import type { WriteFence } from '../client/write-fence.ts'
import { endCommand, onChannel, type Session } from '../testing/pod-server.ts'
import { startPodServer } from '../testing/pod-client.ts'
import { WebSocketError } from '../websocket/web-socket-error.ts'
import { CommandExitError } from './command-exit-error.ts'
import { attach, exec } from './exec.ts'
import { execOutput } from './exec-output.ts'

const pod = { namespace: 'default', name: 'web' }

/** A command that writes back what it reads, until its input ends. */
const cat: Session = (socket) => {
  for (const channel of [0, 1, 2, 3]) socket.send(onChannel(channel))
  socket.on('message', (message) => {
    if (message[0] === 0) socket.send(onChannel(1, message.subarray(1)))
    if (message[0] === 255) endCommand(socket, 0)
  })
}

/** A command that writes this and ends. */
const says =
  (stdout: string, stderr = '', exitCode = 0): Session =>
  (socket) => {
    socket.send(onChannel(1, stdout))
    socket.send(onChannel(2, stderr))
    endCommand(socket, exitCode)
  }

async function* chunks(...all: readonly (string | Uint8Array)[]) {
  yield* all
}

async function* never(): AsyncGenerator<string> {
  yield await new Promise<string>(() => {})
}

describe('exec', () => {
  it('asks as the API documents it', async () => {
    await using started = await startPodServer({ session: says('') })
    await exec(started.client, pod, { command: ['ls', '-l', 'a b'], container: 'c', stdout() {} })
    const [visit] = started.server.visits
    expect(visit?.path).toBe('/api/v1/namespaces/default/pods/web/exec')
    expect(visit?.query.getAll('command')).toEqual(['ls', '-l', 'a b'])
    expect(Object.fromEntries(visit?.query ?? [])).toMatchObject({
      container: 'c',
      stdin: 'false',
      stdout: 'true',
      stderr: 'false',
      tty: 'false',
    })
    expect(visit?.headers.authorization).toBe('Bearer secret')
    expect(visit?.headers['sec-websocket-protocol']).toBe('v5.channel.k8s.io, v4.channel.k8s.io')
  })

  it('passes on arguments that are empty', async () => {
    await using started = await startPodServer({ session: says('') })
    await exec(started.client, pod, { command: ['printf', '%s-%s', '', 'b'], stdout() {} })
    const [visit] = started.server.visits
    expect(visit?.query.getAll('command')).toEqual(['printf', '%s-%s', '', 'b'])
  })

  it('ends when the client is closed', async () => {
    const begun = Promise.withResolvers<void>()
    const session: Session = (socket) => socket.send(onChannel(1, 'hello'))
    await using started = await startPodServer({ session })
    const running = exec(started.client, pod, { command: ['x'], stdout: () => begun.resolve() })
    running.catch(() => {})
    await begun.promise
    await started.client.close()
    await expect(running).rejects.toThrow(WebSocketError)
  })

  it('brings what a command writes', async () => {
    await using started = await startPodServer({ session: says('out', 'err') })
    const output = await execOutput(started.client, pod, { command: ['x'] })
    expect(output).toEqual({ stdout: 'out', stderr: 'err' })
  })

  it('throws the exit code of a command that fails, with what it wrote', async () => {
    await using started = await startPodServer({ session: says('out', 'oh no', 42) })
    const written: string[] = []
    const running = exec(started.client, pod, {
      command: ['x'],
      stderr: (bytes) => void written.push(Buffer.from(bytes).toString()),
    })
    await expect(running).rejects.toMatchObject({ name: 'CommandExitError', exitCode: 42 })
    await expect(running).rejects.toBeInstanceOf(CommandExitError)
    expect(written).toEqual(['oh no'])
  })

  it('sends the standard input, and its end', async () => {
    await using started = await startPodServer({ session: cat })
    const long = 'x'.repeat(100_000)
    const stdin = chunks('one ', Buffer.from('two '), long)
    const { stdout } = await execOutput(started.client, pod, { command: ['cat'], stdin })
    expect(stdout).toBe(`one two ${long}`)
  })

  it('ends when the command does, though its input goes on', async () => {
    await using started = await startPodServer({ session: says('done') })
    const output = await execOutput(started.client, pod, { command: ['head'], stdin: never() })
    expect(output.stdout).toBe('done')
  })

  it('fails with what its input throws', async () => {
    await using started = await startPodServer({ session: cat })
    async function* failing(): AsyncGenerator<string> {
      yield 'a'
      throw new Error('the file is gone')
    }
    const running = exec(started.client, pod, { command: ['cat'], stdin: failing() })
    await expect(running).rejects.toThrow('the file is gone')
  })

  it('sends the sizes of the terminal', async () => {
    const sizes: unknown[] = []
    const session: Session = (socket) =>
      socket.on('message', (message) => {
        if (message[0] !== 4) return
        sizes.push(JSON.parse(message.subarray(1).toString()))
        if (sizes.length === 2) endCommand(socket, 0)
      })
    await using started = await startPodServer({ session })
    async function* resized() {
      yield { width: 80, height: 24 }
      yield { width: 120, height: 40 }
    }
    const options = {
      tty: true,
      stdin: never(),
      stdout() {},
      stderr() {},
      terminalSizes: resized(),
    }
    await exec(started.client, pod, { command: ['sh'], ...options })
    expect(sizes).toEqual([
      { Width: 80, Height: 24 },
      { Width: 120, Height: 40 },
    ])
    const query = Object.fromEntries(started.server.visits[0]?.query ?? [])
    expect(query).toMatchObject({ tty: 'true', stdout: 'true', stderr: 'false', stdin: 'true' })
  })

  it('speaks the older protocol where that suffices', async () => {
    const older = { protocols: ['v4.channel.k8s.io'], session: says('old') }
    await using started = await startPodServer(older)
    expect(await execOutput(started.client, pod, { command: ['x'] })).toMatchObject({
      stdout: 'old',
    })
  })

  it('refuses it for a standard input, whose end could not be told', async () => {
    await using started = await startPodServer({ protocols: ['v4.channel.k8s.io'], session: cat })
    const running = exec(started.client, pod, { command: ['cat'], stdin: chunks('a') })
    await expect(running).rejects.toThrow('speaks none of the protocols v5.channel.k8s.io')
  })

  it('throws the server’s refusal', async () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Forbidden',
      message: 'pods "web" is forbidden: cannot create resource "pods/exec"',
      code: 403,
    }
    const refusal = { code: 403, body: JSON.stringify(status) }
    await using started = await startPodServer({ refusal })
    const running = exec(started.client, pod, { command: ['x'] })
    await expect(running).rejects.toSatisfy(isForbidden)
    await expect(running).rejects.toThrow('pods/exec')
  })

  it('says so when there are no WebSockets', async () => {
    await using started = await startPodServer({ refusal: { code: 200, body: 'hello' } })
    const running = exec(started.client, pod, { command: ['x'] })
    await expect(running).rejects.toThrow('does not know WebSockets')
  })

  it('throws other failures that the server tells', async () => {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }
    const session: Session = (socket) => {
      const told = { ...status, reason: 'InternalError', message: 'no such container' }
      socket.send(onChannel(3, JSON.stringify(told)))
    }
    await using started = await startPodServer({ session })
    const running = exec(started.client, pod, { command: ['x'] })
    await expect(running).rejects.toBeInstanceOf(StatusError)
    await expect(running).rejects.toThrow('no such container')
  })

  it('is no success when the connection ends before the status', async () => {
    for (const end of ['close', 'terminate'] as const) {
      const session: Session = (socket) => {
        socket.send(onChannel(1, 'half'), () =>
          end === 'close' ? socket.close(1000) : socket.terminate(),
        )
      }
      await using started = await startPodServer({ session })
      const running = exec(started.client, pod, { command: ['x'], stdout() {} })
      await expect(running).rejects.toBeInstanceOf(WebSocketError)
    }
  })

  it('puts a status together wherever it is cut', async () => {
    const status = JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    })
    let cut = 0
    const session: Session = (socket) => {
      socket.send(onChannel(3, status.slice(0, cut)))
      socket.send(onChannel(3, status.slice(cut)))
    }
    await using started = await startPodServer({ session })
    for (cut = 0; cut <= status.length; cut += 1) {
      const running = exec(started.client, pod, { command: ['x'] })
      await expect(running).rejects.toMatchObject({ exitCode: 7 })
    }
  })

  it('ends at the signal', async () => {
    await using started = await startPodServer({ session: () => {} })
    const stop = new AbortController()
    const session = exec(started.client, pod, { command: ['x'], signal: stop.signal, stdout() {} })
    stop.abort(new Error('enough'))
    await expect(session).rejects.toThrow('enough')
    await expect(
      exec(started.client, pod, { command: ['x'], signal: stop.signal }),
    ).rejects.toThrow('enough')
  })

  it('ends at the signal while the command runs', async () => {
    const stop = new AbortController()
    const session: Session = (socket) => {
      socket.send(onChannel(1, 'running'))
    }
    await using started = await startPodServer({ session })
    const running = exec(started.client, pod, {
      command: ['x'],
      signal: stop.signal,
      stdout: () => stop.abort(new Error('enough')),
    })
    await expect(running).rejects.toThrow('enough')
  })

  it('does not wait for a connection for ever', async () => {
    const clock = new FakeClock()
    await using started = await startPodServer({}, { clock })
    const hanging = { ...started.client }
    const running = exec(hanging, pod, { command: ['x'], timeoutMs: 5000 })
    const failed = expect(running).rejects.toBeInstanceOf(DeadlineError)
    await clock.advance(5000)
    await failed
  })

  it('makes a command wait whose output is not taken', async () => {
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
    const megabyte = Buffer.alloc(1024 * 1024)
    let unsent = 0
    const session: Session = (socket) => {
      for (let sent = 0; sent < 64; sent += 1) socket.send(onChannel(1, megabyte))
      socket.send(onChannel(1, 'end'), () => endCommand(socket, 0))
      unsent = socket.bufferedAmount
      // What the system's own buffers take is little beside it.
      const poll = () => {
        if (socket.bufferedAmount > 48 * 1024 * 1024) setImmediate(goOn)
        else setImmediate(poll)
      }
      poll()
    }
    await using started = await startPodServer({ session })
    let bytes = 0
    const running = exec(started.client, pod, {
      command: ['x'],
      stdout: async (chunk) => {
        bytes += chunk.length
        await mayGoOn
      },
    })
    await mayGoOn
    expect(bytes).toBeLessThanOrEqual(1024 * 1024)
    expect(unsent).toBeGreaterThan(0)
    await running
    expect(bytes).toBe(64 * 1024 * 1024 + 3)
  })

  it('fails when a command writes more than is taken', async () => {
    await using started = await startPodServer({ session: says('12345', '67890') })
    const running = execOutput(started.client, pod, { command: ['x'], limitBytes: 9 })
    await expect(running).rejects.toThrow('more than 9 bytes')
  })

  it('is refused by the fence, and ended when it closes', async () => {
    const closing = new AbortController()
    let isClosed = false
    const fence: WriteFence = {
      signal: closing.signal,
      check: () => {
        if (isClosed) throw new Error('the fence is closed')
      },
    }
    const session: Session = (socket) => {
      socket.send(onChannel(1, 'running'))
    }
    await using started = await startPodServer({ session }, { fence })
    const running = exec(started.client, pod, {
      command: ['x'],
      stdout: () => closing.abort(new Error('no longer the leader')),
    })
    await expect(running).rejects.toThrow('no longer the leader')
    isClosed = true
    await expect(exec(started.client, pod, { command: ['x'] })).rejects.toThrow(/leader|closed/)
    expect(started.server.visits).toHaveLength(1)
  })

  it('obeys decorators', async () => {
    await using started = await startPodServer({ session: says('') })
    const dry = exec(dryRunClient(started.client), pod, { command: ['x'] })
    await expect(dry).rejects.toThrow('a dry run of exec is impossible')
    const elsewhere = exec(namespacedClient(started.client, 'other'), pod, { command: ['x'] })
    await expect(elsewhere).rejects.toThrow('out of reach')
    expect(started.server.visits).toEqual([])
  })

  it('refuses no command, and sizes without a terminal', async () => {
    await using started = await startPodServer({})
    await expect(exec(started.client, pod, { command: [] })).rejects.toThrow('needs a command')
    const sizes = exec(started.client, pod, { command: ['x'], terminalSizes: never() as never })
    await expect(sizes).rejects.toThrow('set tty')
  })
})

describe('attach', () => {
  it('joins what runs', async () => {
    await using started = await startPodServer({ session: cat })
    const written: string[] = []
    await attach(started.client, pod, {
      stdin: chunks('hello'),
      stdout: (bytes) => void written.push(Buffer.from(bytes).toString()),
    })
    expect(written).toEqual(['hello'])
    expect(started.server.visits[0]?.path).toBe('/api/v1/namespaces/default/pods/web/attach')
    expect(started.server.visits[0]?.query.has('command')).toBe(false)
  })
})
