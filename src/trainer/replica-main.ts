/** The thread of a copy of the gradient program, which works on the rows of the embedding table as well. */
import '../runtime/environment';
import { serveReplica } from '../runtime/replica-thread';
import { RowHelper } from './row-helper';

serveReplica(new RowHelper());
