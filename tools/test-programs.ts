// Vitest's global setup of the tests that drive outside programs: they find them as providePrograms
// says. A test that needs another one gets it by a word here.
import { kubectl } from './programs/kubectl.ts'
import { providePrograms } from './programs/provide-programs.ts'

export default (): Promise<() => void> => providePrograms([kubectl])
