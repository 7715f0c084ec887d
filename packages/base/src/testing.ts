export { FakeClock } from './testing/fake-clock.ts'
<<<<<<< HEAD
export { timeGrowth } from './testing/time-growth.ts'
=======
export { SeededRandom } from './testing/seeded-random.ts'
>>>>>>> c94e079 (refactor(base): one seeded random for tests of all packages)
