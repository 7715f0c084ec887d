import { once } from 'node:events'
import { connect, Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { onChannel, type Session } from '../testing/pod-server.ts'
import { startPodServer } from '../testing/pod-client.ts'
import { connectToPod } from './pod-connection.ts'
import { portForward } from './port-forward.ts'

const pod = { namespace: 'default', name: 'web' }
const protocols = ['v4.channel.k8s.io']

/** Begins both channels of a port, as a kubelet does. */
const begin: Session = (socket, { query }) => {
  const port = Buffer.alloc(2)
  port.writeUInt16LE(Number(query.get('ports')))
  socket.send(onChannel(0, port))
  socket.send(onChannel(1, port))
}

/** Writes back what comes, and closes after a full stop. */
const echo: Session = (socket, visit) => {
  begin(socket, visit)
  socket.on('message', (message) => {
    socket.send(message)
    if (message.at(-1) === 0x2e) socket.close(1000)
  })
}

describe('connectToPod', () => {
  it('carries bytes in both directions', async () => {
    await using started = await startPodServer({ protocols, session: echo })
    const stream = await connectToPod(started.client, pod, 8080)
    const long = 'x'.repeat(200_000)
    stream.write('hello ')
    stream.write(`${long}.`)
    expect(await text(stream)).toBe(`hello ${long}.`)
    const [visit] = started.server.visits
    expect(visit?.path).toBe('/api/v1/namespaces/default/pods/web/portforward')
    expect(visit?.query.get('ports')).toBe('8080')
  })

  it('reads the same wherever the bytes are cut', async () => {
    const port = Buffer.of(0x90, 0x1f)
    const bytes = Buffer.concat([port, Buffer.from('answer')])
    let cut = 0
    const session: Session = (socket) => {
      socket.send(onChannel(1, port))
      socket.send(onChannel(0, bytes.subarray(0, cut)))
      socket.send(onChannel(0, bytes.subarray(cut)), () => socket.close(1000))
    }
    await using started = await startPodServer({ protocols, session })
    for (cut = 0; cut <= bytes.length; cut += 1) {
      expect(await text(await connectToPod(started.client, pod, 8080))).toBe('answer')
    }
  })

  it('fails with what the server says', async () => {
    const session: Session = (socket, visit) => {
      begin(socket, visit)
      socket.send(onChannel(1, 'dial tcp4 127.0.0.1:8080: connect: connection refused'))
    }
    await using started = await startPodServer({ protocols, session })
    const stream = await connectToPod(started.client, pod, 8080)
    await expect(text(stream)).rejects.toThrow('port 8080 of the pod: dial tcp4')
  })

  it('closes the connection when the stream is destroyed', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<number>()
    const session: Session = (socket, visit) => {
      begin(socket, visit)
      socket.on('close', resolve)
    }
    await using started = await startPodServer({ protocols, session })
    const stream = await connectToPod(started.client, pod, 8080)
    stream.destroy()
    expect(await closed).toBe(1000)
  })

  it('refuses what is no port', async () => {
    await using started = await startPodServer({ protocols })
    for (const port of [0, 65_536, 1.5]) {
      await expect(connectToPod(started.client, pod, port)).rejects.toThrow('is no port')
    }
  })

  it('says so when the server speaks only the tunnel of SPDY', async () => {
    await using started = await startPodServer({ protocols: ['SPDY/3.1+portforward.k8s.io'] })
    const connecting = connectToPod(started.client, pod, 8080)
    await expect(connecting).rejects.toThrow('speaks none of the protocols v4.channel.k8s.io')
  })
})

describe('portForward', () => {
  it('makes a port of a pod one of this machine', async () => {
    await using started = await startPodServer({ protocols, session: echo })
    await using forward = await portForward(started.client, pod, { port: 80 })
    const answers = await Promise.all(
      ['one.', 'two.', 'three.'].map(async (word) => {
        const socket = connect(forward.localPort, '127.0.0.1')
        socket.write(word)
        return text(socket)
      }),
    )
    expect(answers).toEqual(['one.', 'two.', 'three.'])
    expect(started.server.visits).toHaveLength(3)
  })

  it('tells why a connection failed, and goes on', async () => {
    await using started = await startPodServer({ refusal: { code: 404, body: 'no such pod' } })
    const errors: Error[] = []
    const onError = (error: Error) => void errors.push(error)
    await using forward = await portForward(started.client, pod, { port: 80, onError })
    for (let round = 1; round <= 2; round += 1) {
      const socket = connect(forward.localPort, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'close')
      expect(errors).toHaveLength(round)
    }
    expect(errors[0]?.message).toContain('could not find')
  })

  it('ends its connections when it is closed, or the signal aborts', async () => {
    await using started = await startPodServer({ protocols, session: echo })
    for (const how of ['close', 'abort'] as const) {
      const stop = new AbortController()
      const forward = await portForward(started.client, pod, { port: 80, signal: stop.signal })
      const socket = connect(forward.localPort, '127.0.0.1')
      socket.on('error', () => {})
      socket.write('a')
      await once(socket, 'data')
      const closed = once(socket, 'close')
      if (how === 'close') await forward.close()
      else stop.abort()
      await closed
    }
  })

  it('does not stay open if the signal aborts while it opens', async () => {
    await using started = await startPodServer({ protocols, session: echo })
    const stop = new AbortController()
    const opening = portForward(started.client, pod, { port: 80, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
  })

  it('tells that a connection cannot be accepted, and goes on', async () => {
    await using started = await startPodServer({ protocols, session: echo })
    using listening = vi.spyOn(Server.prototype, 'listen')
    const errors: Error[] = []
    const onError = (error: Error) => void errors.push(error)
    await using forward = await portForward(started.client, pod, { port: 80, onError })
    const server = listening.mock.contexts[0] as Server
    server.emit('error', new Error('accept EMFILE'))
    expect(errors.map(({ message }) => message)).toEqual(['accept EMFILE'])
    const socket = connect(forward.localPort, '127.0.0.1')
    socket.write('one.')
    expect(await text(socket)).toBe('one.')
  })

  it('refuses a port of this machine that is taken', async () => {
    await using started = await startPodServer({ protocols, session: echo })
    await using forward = await portForward(started.client, pod, { port: 80 })
    const again = portForward(started.client, pod, { port: 80, localPort: forward.localPort })
    await expect(again).rejects.toThrow('EADDRINUSE')
  })
})
