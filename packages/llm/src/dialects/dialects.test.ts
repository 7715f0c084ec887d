import { describeDialectContract } from '../test-support/dialect-contract.ts'
import { lineDialect } from '../testing/line-dialect.ts'
import { dialects } from './dialects.ts'

// The last one is a toy: a dialect is added by one line of the list, and the contract then covers
// it.
for (const dialect of [...dialects, lineDialect]) describeDialectContract(dialect)
