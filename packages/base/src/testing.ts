export { FakeClock } from './testing/fake-clock.ts'
export { timeGrowth } from './testing/time-growth.ts'
export { SeededRandom } from './seeded-random.ts'
export { cpuTimeMs } from './testing/cpu-time.ts'
