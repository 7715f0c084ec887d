import { vi } from 'vitest'

/** How many bytes the work makes buffers search, in all. */
export function searchedBytes(work: () => void): number {
  const spy = vi.spyOn(Buffer.prototype as Buffer, 'indexOf')
  try {
    work()
    return searches(spy.mock).reduce((sum, one) => sum + one, 0)
  } finally {
    spy.mockRestore()
  }
}

interface Calls {
  readonly calls: readonly (readonly unknown[])[]
  readonly contexts: readonly unknown[]
  readonly results: readonly { readonly value: unknown }[]
}

function searches({ calls, contexts, results }: Calls): number[] {
  return calls.map(([, from], index) => {
    const found = results[index]?.value
    const bytes = contexts[index]
    const length = bytes instanceof Uint8Array ? bytes.length : 0
    const end = typeof found === 'number' && found !== -1 ? found : length
    return end - (typeof from === 'number' ? from : 0)
  })
}
