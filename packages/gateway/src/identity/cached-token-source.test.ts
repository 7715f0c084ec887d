import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { CachedTokenSource } from './cached-token-source.ts'
import { IdentityError } from './identity-error.ts'
import type { Token } from './token-source.ts'

const hourMs = 3_600_000
const signal = new AbortController().signal

describe('CachedTokenSource', () => {
  it('asks once, however many wait, and keeps the token', async () => {
    const { source, asked, give } = scripted()
    const waiting = [source.token(signal), source.token(signal), source.token(signal)]
    give('one', hourMs)
    expect(await Promise.all(waiting)).toHaveLength(3)
    expect((await source.token(signal)).value).toBe('one')
    expect(asked()).toBe(1)
  })

  it('replaces it five minutes ahead, while calls go on with the old one', async () => {
    const { source, clock, asked, give, settled } = scripted()
    const first = source.token(signal)
    give('one', hourMs)
    await first
    await clock.advance(hourMs - 300_001)
    expect((await source.token(signal)).value).toBe('one')
    expect(asked()).toBe(1)
    await clock.advance(1)
    expect((await source.token(signal)).value).toBe('one')
    expect((await source.token(signal)).value).toBe('one')
    expect(asked()).toBe(2)
    give('two', hourMs)
    await settled()
    expect((await source.token(signal)).value).toBe('two')
  })

  it('replaces one of a short life after three quarters of it', async () => {
    const { source, clock, asked, give } = scripted()
    const first = source.token(signal)
    give('one', 60_000)
    await first
    await clock.advance(44_999)
    await source.token(signal)
    expect(asked()).toBe(1)
    await clock.advance(1)
    await source.token(signal)
    expect(asked()).toBe(2)
  })

  it('has calls wait for the new one when the old one is no longer good', async () => {
    const { source, clock, give } = scripted()
    const first = source.token(signal)
    give('one', hourMs)
    await first
    await clock.advance(hourMs - 10_000)
    const second = source.token(signal)
    give('two', hourMs)
    expect((await second).value).toBe('two')
  })

  it('keeps what does not expire, and heeds no step of wall time', async () => {
    const { source, clock, asked, give } = scripted()
    const first = source.token(signal)
    give('one', undefined)
    await first
    await clock.advance(100 * hourMs)
    clock.setWallTime(0)
    expect((await source.token(signal)).value).toBe('one')
    expect(asked()).toBe(1)
  })

  it('tells a failure to all for a moment, then asks again, each time later', async () => {
    const { source, clock, asked, fail } = scripted()
    for (const pauseMs of [1_000, 2_000, 4_000]) {
      const before = asked()
      const waiting = source.token(signal)
      fail(new IdentityError('Connect', 'no answer'))
      await expect(waiting).rejects.toThrow('no answer')
      await expect(source.token(signal)).rejects.toThrow('no answer')
      await clock.advance(pauseMs - 1)
      await expect(source.token(signal)).rejects.toThrow('no answer')
      expect(asked()).toBe(before + 1)
      await clock.advance(1)
    }
  })

  it('goes on with a token that is good while a new one cannot be got', async () => {
    const { source, clock, give, fail, settled } = scripted()
    const first = source.token(signal)
    give('one', hourMs)
    await first
    await clock.advance(hourMs - 200_000)
    await source.token(signal)
    fail(new IdentityError('Connect', 'no answer'))
    await settled()
    expect((await source.token(signal)).value).toBe('one')
    await clock.advance(190_000)
    const last = source.token(signal)
    fail(new IdentityError('Connect', 'still none'))
    await expect(last).rejects.toThrow('still none')
  })

  it('forgets a token that was refused, if it is older than a minute', async () => {
    const { source, clock, asked, give } = scripted()
    const first = source.token(signal)
    give('one', hourMs)
    await first
    source.discard('one')
    await source.token(signal)
    expect(asked()).toBe(1)
    await clock.advance(60_000)
    source.discard('another')
    await source.token(signal)
    expect(asked()).toBe(1)
    source.discard('one')
    const second = source.token(signal)
    give('two', hourMs)
    expect((await second).value).toBe('two')
  })

  it('gives up after ten seconds', async () => {
    const { source, clock } = scripted()
    const waiting = source.token(signal)
    const failed = expect(waiting).rejects.toThrow('no token came within 10000 ms')
    await clock.advance(10_000)
    await failed
    expect(clock.pendingTimers).toBe(0)
  })

  it('lets one call leave while others wait on', async () => {
    const { source, give } = scripted()
    const leaving = new AbortController()
    const left = source.token(leaving.signal)
    const stays = source.token(signal)
    leaving.abort(new Error('the caller left'))
    await expect(left).rejects.toThrow('the caller left')
    give('one', hourMs)
    expect((await stays).value).toBe('one')
  })
})

/** A cached source whose origin answers as the test says. */
function scripted() {
  const clock = new FakeClock()
  let count = 0
  let pending = Promise.withResolvers<Token>()
  const source = new CachedTokenSource(
    {
      token: () => {
        count += 1
        pending = Promise.withResolvers<Token>()
        return pending.promise
      },
    },
    clock,
  )
  return {
    source,
    clock,
    asked: () => count,
    give: (value: string, lifeMs: number | undefined) =>
      pending.resolve({
        value,
        expiresAtMs: lifeMs === undefined ? undefined : clock.now() + lifeMs,
      }),
    fail: (error: Error) => pending.reject(error),
    settled: () => clock.advance(0),
  }
}
