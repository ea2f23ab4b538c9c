// The page's own script: everything that must not wait for a round trip to the server.
import './composer.js';
import './scroller.js';
import './math.js';
import './more.js';
import './diagram.js';
import { startConnection } from './connection.js';
import { startAccount } from './account.js';
import { startActions } from './actions.js';
import { startWorker } from './install.js';
import { startFields } from './fields.js';
import { startKeys } from './keys.js';
import { startMenus } from './menus.js';
import { startSettings } from './settings.js';
import { startShortcuts } from './shortcuts.js';
import { startText } from './text.js';

startKeys();
startFields();
startText();
startActions();
startAccount();
startMenus();
startSettings();
startShortcuts();
startConnection();
startWorker();
