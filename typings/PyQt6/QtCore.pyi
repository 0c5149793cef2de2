from PyQt5.QtCore import *
from PyQt5.QtCore import pyqtBoundSignal as pyqtBoundSignal
