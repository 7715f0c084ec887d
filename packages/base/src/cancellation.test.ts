import { describe, expect, it } from 'vitest'
import { Cancellation } from './cancellation.ts'

describe('a cancellation', () => {
  it('tells every listener once, with the first reason', () => {
    const cancellation = new Cancellation()
    const told: string[] = []
    cancellation.listen({ onCancel: ({ message }) => told.push(`a ${message}`) })
    cancellation.listen({ onCancel: ({ message }) => told.push(`b ${message}`) })
    expect(cancellation.cancelled).toBe(false)
    cancellation.cancel(new Error('one'))
    cancellation.cancel(new Error('two'))
    expect(told).toEqual(['a one', 'b one'])
    expect(cancellation.cancelled).toBe(true)
    expect(() => cancellation.throwIfCancelled()).toThrow('one')
  })

  it('tells nobody who has stopped listening, and a late listener at once', () => {
    const cancellation = new Cancellation()
    const told: string[] = []
    const early = { onCancel: () => told.push('early') }
    cancellation.listen(early)
    cancellation.unlisten(early)
    cancellation.unlisten(early)
    cancellation.cancel(new Error('now'))
    cancellation.listen({ onCancel: ({ message }) => told.push(message) })
    expect(told).toEqual(['now'])
  })

  it.each(['before', 'after'])('has a signal, also when it is asked for %s', (when) => {
    const cancellation = new Cancellation()
    const reason = new Error('over')
    const early = when === 'before' ? cancellation.signal : undefined
    cancellation.cancel(reason)
    const signal = early ?? cancellation.signal
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBe(reason)
  })
})
