import { FakeClock } from '@fairlead/base/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Contact } from './contact.ts'

let clock: FakeClock
let contact: Contact
beforeEach(() => {
  clock = new FakeClock()
  contact = new Contact(clock)
})

describe('the contact of an informer', () => {
  it('fails from the first failure on, however often it is tried again', async () => {
    expect(contact.failingForMs).toBeUndefined()
    contact.failed(new Error('first'))
    await clock.advance(30_000)
    contact.failed(new Error('second'))
    await clock.advance(30_000)
    expect(contact.failingForMs).toBe(60_000)
    expect(contact.lastError?.message).toBe('second')
  })

  it('is not restored by lists, nor by watches that end at once', async () => {
    for (let index = 0; index < 3; index += 1) {
      contact.failed(new Error('ended at once'))
      await clock.advance(20_000)
      contact.listed()
      contact.activity()
      expect(contact.ended(false)).toBe(false)
    }
    expect(contact.failingForMs).toBe(60_000)
  })

  it('is restored by a watch that stays open', async () => {
    contact.failed(new Error('no'))
    contact.activity()
    expect(contact.failingForMs).toBe(0)
    await clock.advance(1000)
    expect(contact.failingForMs).toBeUndefined()
    expect(contact.ended(false)).toBe(true)
    await clock.advance(1000)
    contact.failed(new Error('again'))
    expect(contact.failingForMs).toBe(0)
  })

  it('is restored by an event', () => {
    contact.failed(new Error('no'))
    contact.activity()
    contact.event()
    expect(contact.failingForMs).toBeUndefined()
    expect(contact.ended(true)).toBe(true)
  })

  it('says how long the server has been silent', async () => {
    expect(contact.silentForMs).toBeUndefined()
    contact.listed()
    await clock.advance(5000)
    contact.failed(new Error('no'))
    expect(contact.silentForMs).toBe(5000)
    contact.activity()
    expect(contact.silentForMs).toBe(0)
  })
})
