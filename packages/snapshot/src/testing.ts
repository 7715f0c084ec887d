export { testCapabilities } from './testing/capabilities.ts'
