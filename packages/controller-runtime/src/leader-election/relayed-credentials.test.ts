import { expect, it } from 'vitest'
import { RelayedCredentials } from './relayed-credentials.ts'

const { signal } = new AbortController()

it('waits for the first credentials, and asks for newer ones before each later use', async () => {
  const asked: boolean[] = []
  const credentials = new RelayedCredentials((refused) => asked.push(refused))
  const first = credentials.current(signal)
  const second = credentials.current(signal)
  expect(asked).toEqual([false])
  credentials.accept({ authorization: 'Bearer 1' })
  expect(await first).toEqual({ authorization: 'Bearer 1' })
  expect(await second).toEqual({ authorization: 'Bearer 1' })

  // The other thread is busy: what is known is used meanwhile, and asked for once.
  for (let use = 0; use < 3; use += 1) {
    expect(await credentials.current(signal)).toEqual({ authorization: 'Bearer 1' })
  }
  expect(asked).toEqual([false, false])
  credentials.accept({ authorization: 'Bearer 2' })
  expect(await credentials.current(signal)).toEqual({ authorization: 'Bearer 2' })
})

it('waits for others when the server refused them', async () => {
  const asked: boolean[] = []
  const credentials = new RelayedCredentials((refused) => asked.push(refused))
  const first = credentials.current(signal)
  credentials.accept({ authorization: 'Bearer 1' })
  await first
  credentials.invalidate()
  const next = credentials.current(signal)
  expect(asked).toEqual([false, true])
  credentials.accept({ authorization: 'Bearer 2' })
  expect(await next).toEqual({ authorization: 'Bearer 2' })
})

it('tells whoever waits when there are none, and keeps those that it has', async () => {
  const credentials = new RelayedCredentials(() => {})
  const first = credentials.current(signal)
  credentials.fail(new Error('no token'))
  await expect(first).rejects.toThrow('no token')
  const second = credentials.current(signal)
  credentials.accept({ authorization: 'Bearer 1' })
  await second
  void credentials.current(signal)
  credentials.fail(new Error('no token'))
  expect(await credentials.current(signal)).toEqual({ authorization: 'Bearer 1' })
})

it('does not wait longer than the call', async () => {
  const call = new AbortController()
  const waiting = new RelayedCredentials(() => {}).current(call.signal)
  call.abort(new Error('the call is over'))
  await expect(waiting).rejects.toThrow('the call is over')
})
