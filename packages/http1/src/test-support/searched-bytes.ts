import { vi } from 'vitest'

/** How many bytes the work makes buffers search, in all. */
export function searchedBytes(work: () => void): number {
  const spy = vi.spyOn(Buffer.prototype as Buffer, 'indexOf')
  try {
    work()
    return spy.mock.calls.reduce((bytes, [, from], index) => {
      const found = spy.mock.results[index]?.value
      const length = spy.mock.contexts[index]?.length ?? 0
      const end = typeof found === 'number' && found !== -1 ? found : length
      return bytes + end - (typeof from === 'number' ? from : 0)
    }, 0)
  } finally {
    spy.mockRestore()
  }
}
