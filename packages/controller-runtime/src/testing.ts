export { RecordingLogger } from './testing/recording-logger.ts'
export type { LogLine } from './testing/recording-logger.ts'
