import type { UsageWindows } from '../windows/usage-windows.ts'
import type { Counter, CounterView } from './counter.ts'

/** How a counter stands of which nothing is used. */
export function emptyView(counter: Counter, windows: UsageWindows, nowMs: number): CounterView {
  const { window } = counter
  const resetsAtMs = window?.type === 'Calendar' ? windows.span(window, nowMs).endMs : nowMs
  return {
    counter,
    used: 0,
    reserved: 0,
    unsettled: 0,
    resetsAtMs: window === undefined ? undefined : resetsAtMs,
  }
}
