import { isBadRequest } from '@fairlead/kube-core'
import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ConnectionError } from '../client/connection-error.ts'
import { startPodServer } from '../testing/pod-client.ts'
import { linesOf } from './lines.ts'
import { podLogBytes, podLogs } from './pod-logs.ts'

const pod = { namespace: 'default', name: 'web' }

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) seen.push(item)
  return seen
}

describe('podLogs', () => {
  it('asks as the API documents it, and brings the lines', async () => {
    const asked: string[] = []
    const answer: RequestListener = (request, response) => {
      asked.push(request.url ?? '')
      response.end('one\ntwo\n\nfour')
    }
    await using started = await startPodServer({ answer })
    const lines = await all(
      podLogs(started.client, pod, {
        container: 'c',
        previous: true,
        sinceSeconds: 60,
        tailLines: 10,
        limitBytes: 1000,
        timestamps: true,
      }),
    )
    expect(lines).toEqual(['one', 'two', '', 'four'])
    const url = new URL(asked[0] ?? '', started.server.url)
    expect(url.pathname).toBe('/api/v1/namespaces/default/pods/web/log')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      container: 'c',
      previous: 'true',
      sinceSeconds: '60',
      tailLines: '10',
      limitBytes: '1000',
      timestamps: 'true',
    })
  })

  it('follows, and ends the request when the iteration is left', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const answer: RequestListener = (_request, response) => {
      response.on('close', resolve)
      response.write('one\n')
    }
    await using started = await startPodServer({ answer })
    for await (const line of podLogs(started.client, pod, { follow: true })) {
      expect(line).toBe('one')
      break
    }
    await closed
  })

  it('ends at the signal', async () => {
    const answer: RequestListener = (_request, response) => void response.write('one\n')
    await using started = await startPodServer({ answer })
    const stop = new AbortController()
    const lines = podLogs(started.client, pod, { follow: true, signal: stop.signal })
    await expect(
      (async () => {
        for await (const _ of lines) stop.abort(new Error('enough'))
      })(),
    ).rejects.toThrow('enough')
  })

  it('throws the refusal of the server', async () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'BadRequest',
      message: 'a container name must be specified',
      code: 400,
    }
    const answer: RequestListener = (_request, response) => {
      response.writeHead(400).end(JSON.stringify(status))
    }
    await using started = await startPodServer({ answer })
    await expect(all(podLogs(started.client, pod))).rejects.toSatisfy(isBadRequest)
  })

  it('throws a ConnectionError when the log breaks', async () => {
    const answer: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('one\n', () => response.destroy())
    }
    await using started = await startPodServer({ answer })
    await expect(all(podLogs(started.client, pod))).rejects.toBeInstanceOf(ConnectionError)
  })

  it('does not buffer what is not read', async () => {
    let written = 0
    const answer: RequestListener = (_request, response) => {
      const line = `${'x'.repeat(65_535)}\n`
      const more = () => {
        while (response.write(line)) written += line.length
        written += line.length
      }
      response.on('drain', () => written < 256 * 1024 * 1024 && more())
      more()
    }
    await using started = await startPodServer({ answer })
    const bytes = podLogBytes(started.client, pod)
    await bytes.next()
    // Round trips on another connection: enough for a sender that is not held up.
    for (let round = 0; round < 20; round += 1) {
      const other = podLogBytes(started.client, pod)
      await other.next()
      await other.return()
    }
    expect(written / 21).toBeLessThan(16 * 1024 * 1024)
    await bytes.return()
  })
})

describe('lines', () => {
  async function* cut(bytes: Uint8Array, at: number) {
    yield bytes.subarray(0, at)
    yield bytes.subarray(at)
  }

  it('are the same wherever the bytes are cut', async () => {
    const bytes = Buffer.from('a\n\nbäöü\n🎈 end')
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await all(linesOf(cut(bytes, at)))).toEqual(['a', '', 'bäöü', '🎈 end'])
    }
  })

  it('come in pieces when they are too long', async () => {
    async function* endless() {
      for (let sent = 0; sent < 5; sent += 1) yield Buffer.alloc(1024 * 1024 - 1, 'x')
    }
    const lengths = (await all(linesOf(endless()))).map(({ length }) => length)
    expect(lengths.length).toBeGreaterThan(1)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(5 * (1024 * 1024 - 1))
  })

  it('of nothing are none', async () => {
    expect(await all(linesOf(cut(Buffer.alloc(0), 0)))).toEqual([])
    expect(await all(linesOf(cut(Buffer.from('a\n'), 1)))).toEqual(['a'])
  })
})
